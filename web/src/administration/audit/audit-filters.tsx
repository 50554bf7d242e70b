import { useTranslation } from 'react-i18next';
import type { AuditSubject } from '../../../../server/src/organization/audit.ts';
import { Icon } from '../../shell/icons.tsx';

export const kinds = [
  'user',
  'location',
  'group',
  'groupFunction',
  'profile',
  'predefinedTarget',
  'workGroup',
  'relationship',
  'account',
  'extension',
  'phoneSystem',
  'alert',
  'webhook',
  'network',
  'signIn',
  'presence',
  'sampleCompany',
  'auditLog',
  'identityProvider',
  'graphApplication',
  'exchangeServer',
  'session',
  'apiToken',
  'importSource',
  'configuration',
] as const satisfies AuditSubject[];

/** What is looked for; days as dates in the viewer's zone, both inclusive. */
export interface AuditChoice {
  kind?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
  actor?: { id: string; name: string } | undefined;
  subject?: { id: string; name: string } | undefined;
}

export function AuditFilters({ choice, choose }: { choice: AuditChoice; choose(choice: AuditChoice): void }) {
  const { t } = useTranslation('administration/audit');
  const set = (change: AuditChoice) => choose({ ...choice, ...change });
  return (
    <search className="audit-filters">
      <label className="field">
        <span>{t('filter.kind')}</span>
        <select value={choice.kind ?? ''} onChange={(event) => set({ kind: event.target.value || undefined })}>
          <option value="">{t('filter.all')}</option>
          {kinds.map((kind) => (
            <option key={kind} value={kind}>
              {t(`kinds.${kind}`)}
            </option>
          ))}
        </select>
      </label>
      <label className="field">
        <span>{t('filter.from')}</span>
        <input
          type="date"
          value={choice.from ?? ''}
          max={choice.to}
          onChange={(event) => set({ from: event.target.value || undefined })}
        />
      </label>
      <label className="field">
        <span>{t('filter.to')}</span>
        <input
          type="date"
          value={choice.to ?? ''}
          min={choice.from}
          onChange={(event) => set({ to: event.target.value || undefined })}
        />
      </label>
      {(['actor', 'subject'] as const).map(
        (side) =>
          choice[side] && (
            <button
              key={side}
              type="button"
              className="button audit-chip"
              aria-label={t(`filter.${side}Off`, { name: choice[side].name })}
              onClick={() => set({ [side]: undefined })}
            >
              {t(`filter.${side}`, { name: choice[side].name })}
              <Icon name="close" size={16} />
            </button>
          ),
      )}
    </search>
  );
}
