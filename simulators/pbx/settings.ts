/** How Whenabouts is told to talk to this phone system: the settings of a phone system of the kind "http". */
export function pbxSettings(url: string) {
  const address = `${url}/api/extensions/{{extension}}/forwarding`;
  return {
    set: {
      method: 'PUT' as const,
      address,
      body: '{"mode":"{{mode}}","target":"{{target}}","status":"{{status}}","until":"{{until}}"}',
    },
    clear: { method: 'DELETE' as const, address },
    read: { address, mode: '/mode', target: '/target' },
    boot: { address: `${url}/api/system`, value: '/bootId' },
    modes: { off: 'off', all: 'always', doNotDisturb: 'dnd' },
    errorMessage: '/error',
    voicemail: '*{{extension}}',
  };
}
