/** The placeholders of notes as they are typed, handed to sentences about them: the catalogue would else fill them in. */
export const notePlaceholders = {
  until: '{{until}}',
  since: '{{since}}',
  status: '{{status}}',
  name: '{{name}}',
};
