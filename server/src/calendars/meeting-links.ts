/** Links to online meetings that somebody, or a meeting service, wrote into a text. Pure. */

/** @returns the first one; null where there is none. */
export function meetingLinkIn(text: string): string | null {
  for (const [link] of text.matchAll(/https?:\/\/[^\s<>"'\])]{4,2000}/gi)) {
    const url = URL.parse(link.replace(/[.,;:!?]+$/, ''));
    if (url && isMeetingLink(url)) return url.href;
  }
  return null;
}

/** Host and path of the meeting services people use. */
const meetingServices: readonly [RegExp, RegExp][] = [
  [/^teams\.(microsoft|live)\.com$/, /^\/(l\/meetup-join|meet)\//],
  [/(^|\.)zoom\.(us|com)$|(^|\.)zoomgov\.com$/, /^\/(j|my|w|s)\//],
  [/^meet\.google\.com$/, /^\/(lookup\/)?[a-z]{3,}/],
  [/(^|\.)webex\.com$/, /\/(meet|join|j\.php|m)(\/|$|\.)|\/wbxmjs\//],
  [/(^|\.)(gotomeeting|gotomeet)\.(com|me)$|^meet\.goto\.com$/, /^\/./],
  [/^meet\.jit\.si$|^8x8\.vc$|^jitsi\./, /^\/./],
  [
    /(^|\.)whereby\.com$|^(www\.)?bluejeans\.com$|(^|\.)chime\.aws$|^meet\.ringcentral\.com$|^v\.ringcentral\.com$/,
    /^\/./,
  ],
  [/^(bbb|meet|conference|video|webconf)\./, /^\/(b|rooms)\/./],
];

function isMeetingLink(url: URL): boolean {
  return meetingServices.some(([host, path]) => host.test(url.hostname) && path.test(url.pathname));
}
