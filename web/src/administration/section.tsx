import type { ReactNode } from 'react';
import { Icon } from '../shell/icons.tsx';
import { Problem, Skeleton } from '../shell/parts.tsx';

/** A list of the administration: heading, a button that adds, and what stands below by how the reading went. */
export function Section(props: {
  title: string;
  intro?: string;
  add?: { label: string; run(): void };
  query: { isPending: boolean; isError: boolean; error: unknown; refetch(): unknown };
  children: ReactNode;
}) {
  const { query } = props;
  return (
    <section className="section">
      <div className="section-head">
        <h2>{props.title}</h2>
        {props.add && (
          <button type="button" className="button" onClick={props.add.run}>
            <Icon name="plus" />
            {props.add.label}
          </button>
        )}
      </div>
      {props.intro && <p className="page-intro">{props.intro}</p>}
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
