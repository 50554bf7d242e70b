/** Somebody's browser on the way over an identity provider: cookies by host, redirects one by one. */
import { withCookies } from '../api-client.ts';

export class Browser {
  /** By origin. */
  cookies: Record<string, string> = {};

  async get(url: string): Promise<string | null> {
    const { origin } = new URL(url);
    const answer = await fetch(url, { headers: { cookie: this.cookies[origin] ?? '' }, redirect: 'manual' });
    await answer.arrayBuffer();
    this.cookies[origin] = withCookies(this.cookies[origin] ?? '', answer.headers.getSetCookie());
    const location = answer.headers.get('location');
    return location && new URL(location, url).href;
  }

  /** Follows until `until` says so, or nothing leads on but to a page. @returns where that is. */
  async follow(url: string, until: (url: string) => boolean = () => false): Promise<string> {
    for (let at = url; ; ) {
      if (until(at)) return at;
      const next = await this.get(at);
      if (!next) return at;
      const isPage = !/^\/(api|auth|interaction)\b/.test(new URL(next).pathname);
      if (isPage) return next;
      at = next;
    }
  }
}
