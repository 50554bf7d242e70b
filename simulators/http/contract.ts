/** What a vendor's published description says of the requests that are used here, in our own words. */

export type Schema = Record<string, unknown>;

export interface Operation {
  method: string;
  path: RegExp;
  /** Query parameters that it knows. */
  query?: readonly string[];
  /** Of a JSON body; left out: there is none. */
  request?: Schema;
  /** Names of a form's fields that must be there. */
  form?: readonly string[];
  /** By status; null: no body. */
  answers: Record<number, Schema | null>;
}

export interface Contract {
  /** Where it was read, with version and licence. */
  source: string;
  operations: readonly Operation[];
}

/** An object that has exactly these properties, of which some are required. */
export const exactly = (properties: Schema, required: readonly string[] = []): Schema => ({
  ...{ type: 'object', properties, required, additionalProperties: false },
});
/** An object that has these properties and may have others. */
export const having = (properties: Schema, required: readonly string[] = []): Schema => ({
  ...{ type: 'object', properties, required },
});
export const text: Schema = { type: 'string' };
export const maybeText: Schema = { type: ['string', 'null'] };
export const truth: Schema = { type: 'boolean' };
export const whole: Schema = { type: 'integer' };
export const listOf = (items: Schema): Schema => ({ type: 'array', items });
export const anyOf = (...words: string[]): Schema => ({ enum: words });
