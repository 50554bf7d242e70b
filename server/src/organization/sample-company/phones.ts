/** The sample company's phone system: the simulated one, in this process, on this machine only. */
import fs from 'node:fs';
import path from 'node:path';
import { reception, samplePeople } from './people.ts';

export interface SamplePhones {
  port: number;
  /** Settings of a phone system of the kind "http". */
  settings: unknown;
  stop(): Promise<void>;
}

const extensions = ['100', ...samplePeople.map(({ extension }) => extension), reception];
const fileIn = (dataFolder: string) => path.join(dataFolder, 'sample-phones.json');

/** @param port where it was before, so that its address stays; 0 or one that is taken: any free one. */
export async function startSamplePhones(dataFolder: string, port: number): Promise<SamplePhones> {
  // Loaded only where there is a sample company.
  const { startPbx } = await import('../../../../simulators/pbx/pbx.ts');
  const { pbxSettings } = await import('../../../../simulators/pbx/settings.ts');
  fs.mkdirSync(dataFolder, { recursive: true });
  const options = { extensions, file: fileIn(dataFolder), badHabits: false };
  const pbx = await startPbx({ ...options, port }).catch(() => startPbx({ ...options, port: 0 }));
  return { port: Number(new URL(pbx.url).port), settings: pbxSettings(pbx.url), stop: () => pbx.stop() };
}

export const forgetSamplePhones = (dataFolder: string): void => fs.rmSync(fileIn(dataFolder), { force: true });
