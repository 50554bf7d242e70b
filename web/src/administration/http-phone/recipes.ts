/** The recipes of docs/phone-systems, as they are executed by the tests. */
import starface from '../../../../docs/phone-systems/starface.json';
import wazo from '../../../../docs/phone-systems/wazo.json';
import webex from '../../../../docs/phone-systems/webex.json';

export const recipeNames = ['empty', 'wazo', 'webex', 'starface'] as const;
export type RecipeName = (typeof recipeNames)[number];

interface Recipe {
  /** What stands for the company's own server; null where all have the same. */
  server: string | null;
  settings: Record<string, unknown>;
  /** What it signs in with. */
  secret: 'basic' | 'refresh';
}

export const recipes: Record<Exclude<RecipeName, 'empty'>, Recipe> = {
  wazo: { server: 'https://wazo.example.com', settings: wazo.phoneSystems.Wazo.settings, secret: 'basic' },
  webex: { server: null, settings: webex.phoneSystems['Webex Calling'].settings, secret: 'refresh' },
  starface: {
    server: 'https://starface.example.com',
    settings: starface.phoneSystems.STARFACE.settings,
    secret: 'basic',
  },
};

/** With the company's own server. @param server such as https://pbx.example.com, with or without a slash at its end. */
export function settingsOf(name: Exclude<RecipeName, 'empty'>, server: string): Record<string, unknown> {
  const recipe = recipes[name];
  const text = JSON.stringify(recipe.settings);
  const address = JSON.stringify(server.trim().replace(/\/+$/, '')).slice(1, -1);
  return JSON.parse(recipe.server && address ? text.replaceAll(recipe.server, address) : text);
}
