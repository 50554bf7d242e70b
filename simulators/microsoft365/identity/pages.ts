/** The pages people see when they sign in. Plain HTML; a test finds what it needs by its name. */
import type { Application, User } from '../world.ts';

export const escaped = (text: string) => text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);

export const page = (title: string, body: string) => `<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>${escaped(title)}</title>
<style>body{font:16px/1.5 system-ui;max-width:30rem;margin:3rem auto;padding:0 1rem}button{font:inherit;padding:.4rem 1rem;margin:.2rem 0}</style>
<h1>${escaped(title)}</h1>${body}`;

const hidden = (fields: Record<string, string>) =>
  Object.entries(fields)
    .map(([name, value]) => `<input type="hidden" name="${escaped(name)}" value="${escaped(value)}">`)
    .join('');

export const pickAccount = (users: readonly User[], fields: Record<string, string>) =>
  page(
    'Pick an account',
    users
      .map(
        ({ id, name, address }) =>
          `<form method="post">${hidden({ ...fields, user: id })}<button>${escaped(name)} (${escaped(address)})</button></form>`,
      )
      .join('') || '<p>This directory has no users.</p>',
  );

export const askConsent = (application: Application, user: User, scopes: string[], fields: Record<string, string>) =>
  page(
    'Permissions requested',
    `<p>${escaped(user.address)}</p><p><b>${escaped(application.name)}</b> would like to:</p><ul>${scopes
      .map((scope) => `<li>${escaped(scope)}</li>`)
      .join('')}</ul><form method="post">${hidden({ ...fields, user: user.id })}
<button name="answer" value="accept">Accept</button> <button name="answer" value="cancel">Cancel</button></form>`,
  );

export const approvalNeeded = (application: Application, user: User, fields: Record<string, string>) =>
  page(
    'Need admin approval',
    `<p>${escaped(user.address)}</p><p><b>${escaped(application.name)}</b> needs permission to access resources in your
organization that only an admin can grant.</p><form method="post">${hidden({ ...fields, user: user.id })}
<button name="answer" value="cancel">Return to the application without granting consent</button></form>`,
  );

/** Where a browser is told what went wrong, instead of the application (the redirect address can't be trusted). */
export const refused = (code: number, message: string) =>
  page('Sorry, but we’re having trouble signing you in.', `<p>AADSTS${code}: ${escaped(message)}</p>`);
