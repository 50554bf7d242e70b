import type { ReactNode } from 'react';
import { Icon } from '../shell/icons.tsx';
import { PageHead, Problem, Skeleton } from '../shell/parts.tsx';
import { useTitle } from '../shell/use-title.ts';
import { useMayChange } from './may-change.ts';

/** A page of the administration: heading, a button that adds, and what stands below by how the reading went. */
export function Section(props: {
  title: string;
  intro?: string;
  add?: { label: string; run(): void };
  query: { isPending: boolean; isError: boolean; error: unknown; refetch(): unknown };
  children: ReactNode;
}) {
  const { query } = props;
  const mayChange = useMayChange();
  useTitle(props.title);
  return (
    <section className="section">
      <PageHead title={props.title} {...(props.intro ? { intro: props.intro } : {})}>
        {props.add && mayChange && (
          <button type="button" className="button primary" onClick={props.add.run}>
            <Icon name="plus" />
            {props.add.label}
          </button>
        )}
      </PageHead>
      {query.isPending ? (
        <Skeleton />
      ) : query.isError ? (
        <Problem error={query.error} retry={() => void query.refetch()} />
      ) : (
        props.children
      )}
    </section>
  );
}
