/**
 * Holds envelopes against Microsoft's schema of Exchange Web Services with xmllint, where the folder EWS_SCHEMA_DIR has
 * messages.xsd and types.xsd (an Exchange server has them beside EWS). They are Microsoft's and not part of this project.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface EwsSchema {
  /** @returns what is wrong with the envelopes, in xmllint's words; none: all is well. */
  faultsOf(envelopes: readonly string[]): string[];
  close(): void;
}

const xs = 'xmlns:xs="http://www.w3.org/2001/XMLSchema"';
const services = 'http://schemas.microsoft.com/exchange/services/2006';
/** SOAP 1.1 as far as EWS uses it. Microsoft's schema names xml:lang without saying what it is: that is said here first. */
const envelope = `<xs:schema ${xs} xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" targetNamespace="http://schemas.xmlsoap.org/soap/envelope/" elementFormDefault="qualified">
<xs:import namespace="http://www.w3.org/XML/1998/namespace" schemaLocation="xml.xsd"/>
<xs:import namespace="${services}/messages" schemaLocation="messages.xsd"/>
<xs:import namespace="${services}/types" schemaLocation="types.xsd"/>
<xs:element name="Fault"><xs:complexType><xs:sequence><xs:any processContents="lax" namespace="##any" maxOccurs="unbounded"/></xs:sequence></xs:complexType></xs:element>
<xs:element name="Envelope"><xs:complexType><xs:sequence>
<xs:element name="Header" minOccurs="0"><xs:complexType><xs:sequence><xs:any processContents="strict" minOccurs="0" maxOccurs="unbounded"/></xs:sequence></xs:complexType></xs:element>
<xs:element name="Body"><xs:complexType><xs:sequence><xs:any processContents="strict"/></xs:sequence></xs:complexType></xs:element>
</xs:sequence></xs:complexType></xs:element></xs:schema>`;
const xmlNamespace = `<xs:schema ${xs} targetNamespace="http://www.w3.org/XML/1998/namespace"><xs:attribute name="lang" type="xs:language"/></xs:schema>`;

/** @returns null, and says why, where there is no schema to hold anything against. */
export function ewsSchema(from = process.env.EWS_SCHEMA_DIR): EwsSchema | null {
  const why = !from
    ? 'EWS_SCHEMA_DIR is not given'
    : spawnSync('xmllint', ['--version']).error
      ? 'xmllint is not installed'
      : null;
  if (!from || why) {
    console.log(`Nothing is held against Microsoft's schema of EWS: ${why}.`);
    return null;
  }
  const folder = mkdtempSync(join(tmpdir(), 'ews-schema-'));
  const files = readdirSync(from);
  for (const name of ['messages.xsd', 'types.xsd']) {
    const found = files.find((each) => each.toLowerCase() === name);
    if (!found) throw new Error(`EWS_SCHEMA_DIR has no ${name}.`);
    copyFileSync(join(from, found), join(folder, name));
  }
  writeFileSync(join(folder, 'xml.xsd'), xmlNamespace);
  writeFileSync(join(folder, 'envelope.xsd'), envelope);
  return {
    faultsOf(envelopes) {
      const files = envelopes.map((text, at) => {
        writeFileSync(join(folder, `${at}.xml`), text);
        return `${at}.xml`;
      });
      const options = ['--nonet', '--noout', '--schema', 'envelope.xsd', ...files];
      const { status, stderr, error } = spawnSync('xmllint', options, {
        cwd: folder,
        encoding: 'utf8',
        maxBuffer: 1e8,
      });
      if (error) throw error;
      return status === 0 ? [] : stderr.split('\n').filter((line) => line && !/ validates$/.test(line));
    },
    close: () => rmSync(folder, { recursive: true }),
  };
}
