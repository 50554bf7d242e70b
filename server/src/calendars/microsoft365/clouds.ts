/**
 * Where the identity platform and Graph live.
 * Source: "National cloud deployments" and "Microsoft Entra authentication & national clouds", Microsoft Graph documentation.
 */

export const clouds = ['global', 'usGovL4', 'usGovDoD', 'china', 'custom'] as const;
export type Cloud = (typeof clouds)[number];

/** Without a slash at the end; Microsoft’s own have no path. */
export interface CloudAddresses {
  login: string;
  graph: string;
  /** Of Outlook on the web, where appointments open; null where it isn't known. */
  outlook: string | null;
}

const known: Readonly<Record<Exclude<Cloud, 'custom'>, CloudAddresses>> = {
  global: {
    login: 'https://login.microsoftonline.com',
    graph: 'https://graph.microsoft.com',
    outlook: 'https://outlook.office365.com',
  },
  usGovL4: {
    login: 'https://login.microsoftonline.us',
    graph: 'https://graph.microsoft.us',
    outlook: 'https://outlook.office365.us',
  },
  usGovDoD: {
    login: 'https://login.microsoftonline.us',
    graph: 'https://dod-graph.microsoft.us',
    outlook: 'https://webmail.apps.mil',
  },
  china: {
    login: 'https://login.partner.microsoftonline.cn',
    graph: 'https://microsoftgraph.chinacloudapi.cn',
    outlook: 'https://partner.outlook.cn',
  },
};

/** What a Graph application needs of its cloud: a custom one has addresses of its own. */
export interface CloudChoice {
  cloud: Cloud;
  loginAddress: string | null;
  graphAddress: string | null;
}

/** @throws RangeError for a custom cloud without addresses; they are asked for when it is saved. */
export function addressesOf({ cloud, loginAddress, graphAddress }: CloudChoice): CloudAddresses {
  if (cloud !== 'custom') return known[cloud];
  if (!loginAddress || !graphAddress)
    throw new RangeError('A custom cloud needs a sign-in address and a Graph address.');
  const plain = (address: string) => address.replace(/\/+$/, '');
  return { login: plain(loginAddress), graph: plain(graphAddress), outlook: null };
}
