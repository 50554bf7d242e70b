import { z } from '@hono/zod-openapi';
import { Id, Instant } from './common.ts';

export const NetworkSettings = z
  .object({
    allowedNetworks: z
      .array(z.string().trim().max(60))
      .max(200)
      .openapi({
        description: 'Private networks (CIDR) that calendar addresses typed by users may lead into.',
        example: ['10.20.0.0/16'],
      }),
    proxy: z
      .string()
      .trim()
      .max(500)
      .nullable()
      .default(null)
      .openapi({ description: 'The company’s HTTP proxy.', example: 'http://proxy.example.com:3128' }),
    proxyResolvesNames: z
      .boolean()
      .default(false)
      .openapi({
        description:
          'The proxy is handed names instead of addresses, where only it can resolve names of the outside. ' +
          'Into which networks a name leads is then up to the proxy.',
      }),
    certificateAuthorities: z
      .array(z.string().max(20_000))
      .max(50)
      .default([])
      .openapi({ description: 'The company’s own certificate authorities, each as a PEM text.' }),
  })
  .openapi('NetworkSettings');
export type NetworkSettings = z.infer<typeof NetworkSettings>;

export const SampleCompanyState = z
  .object({
    state: z.enum(['absent', 'making', 'present', 'removing', 'failed']),
    step: z.string().nullable().openapi({ description: 'What is being done, for people.' }),
    done: z.int().openapi({ description: 'Steps done, of `total`.' }),
    total: z.int(),
    message: z.string().nullable().openapi({ description: 'What failed, if anything did.' }),
    people: z.int(),
  })
  .openapi('SampleCompanyState');
export type SampleCompanyState = z.infer<typeof SampleCompanyState>;

export const Webhook = z
  .object({
    id: Id,
    url: z.string(),
    active: z.boolean(),
    deliveredNumber: z.int().openapi({ description: 'The number of the last presence change that was delivered.' }),
    failures: z.int(),
    message: z.string().nullable(),
    lastSuccessAt: Instant.nullable(),
    createdAt: Instant,
  })
  .openapi('Webhook');
export type Webhook = z.infer<typeof Webhook>;
export const WebhookList = z.object({ webhooks: z.array(Webhook) }).openapi('WebhookList');
export type WebhookList = z.infer<typeof WebhookList>;

const url = z
  .url({ protocol: /^https?$/, error: 'Write an http or https address.' })
  .max(2000)
  .refine((text) => {
    const { username = '', password = '' } = URL.parse(text) ?? {};
    return username === '' && password === '';
  }, 'Leave user name and password out of the address: deliveries prove themselves by their signature.')
  .openapi({ example: 'https://hooks.example.com/presence' });
export const NewWebhook = z.object({ url, active: z.boolean().default(true) }).openapi('NewWebhook');
export type NewWebhook = z.input<typeof NewWebhook>;
export const CreatedWebhook = Webhook.extend({
  secret: z.string().openapi({ description: 'Signs the deliveries (Standard Webhooks). Shown only once.' }),
}).openapi('CreatedWebhook');
export type CreatedWebhook = z.infer<typeof CreatedWebhook>;
export const WebhookChange = z.object({ url, active: z.boolean() }).partial().openapi('WebhookChange');
export type WebhookChange = z.input<typeof WebhookChange>;
export const WebhookTestResult = z
  .object({ ok: z.boolean(), status: z.int().nullable(), message: z.string() })
  .openapi('WebhookTestResult');
export type WebhookTestResult = z.infer<typeof WebhookTestResult>;

export const Health = z
  .object({
    status: z.enum(['ok', 'failing']),
    version: z.string(),
    database: z.enum(['postgresql', 'embedded']),
  })
  .openapi('Health');
export type Health = z.infer<typeof Health>;
