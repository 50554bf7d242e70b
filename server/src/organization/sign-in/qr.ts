/** A text as a QR code. The encoder is loaded at the first use: hardly any start of the server needs it. */

/** @returns the text of an SVG picture: black on white in dark pages too, with the quiet zone that cameras need. */
export async function qrCode(text: string): Promise<string> {
  const { default: encode } = await import('qr');
  const picture = encode(text, 'svg', { ecc: 'medium', border: 4 });
  return picture.replace('><path', '><rect width="100%" height="100%" fill="#fff"/><path');
}
