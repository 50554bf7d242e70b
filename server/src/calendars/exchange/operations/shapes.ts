/** What is to be told of each folder or item: the fields that are read here, and no more. */
import { element, textElement, type XmlName, type XmlNode } from '../soap/writer.ts';

/** @param fields in the words of UnindexedFieldURIType, such as calendar:Start. */
export const shapeOf = (name: XmlName, fields: readonly string[], includeMime = false): XmlNode =>
  element(name, {}, [
    textElement('t:BaseShape', 'IdOnly'),
    includeMime ? textElement('t:IncludeMimeContent', true) : null,
    fields.length > 0
      ? element(
          't:AdditionalProperties',
          {},
          fields.map((FieldURI) => element('t:FieldURI', { FieldURI })),
        )
      : null,
  ]);

/** xs:dateTime in UTC. */
export const dateTime = (instant: Temporal.Instant): string => instant.toString({ smallestUnit: 'second' });
