import './administration.css';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { Suspense, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Controls } from '../shell/controls.tsx';
import { NotFound } from '../shell/failures.tsx';
import { Empty, Skeleton } from '../shell/parts.tsx';
import { useMe } from '../shell/session.ts';
import { groupsQuery, locationsQuery } from './administration.queries.ts';
import { Crumbs } from './crumbs.tsx';
import { pageOf } from './places.ts';
import { PlacesContext } from './places-context.ts';
import { Tree } from './tree.tsx';
import { treeOf } from './tree-nodes.ts';

/**
 * The frame of the administration: the tree of all places at the left where there is room; on a phone one goes down by
 * the lists that the pages show, and up by the trail above them.
 */
export default function AdministrationPage() {
  const { t } = useTranslation('administration');
  const me = useMe();
  const path = useParams({ strict: false })._splat?.replace(/\/+$/, '') ?? '';
  const mayEnter = me.role !== 'user';
  const { data: locations } = useQuery({ ...locationsQuery, enabled: mayEnter });
  const { data: groups } = useQuery({ ...groupsQuery, enabled: mayEnter });
  const nodes = useMemo(() => {
    const words = { label: (word) => t(`places.${word}`), hint: (word) => t(`hints.${word}`) } as Parameters<
      typeof treeOf
    >[1];
    return treeOf(me.role, words, locations ?? [], groups ?? []);
  }, [t, me.role, locations, groups]);
  if (!mayEnter)
    return (
      <div className="page">
        <h1>{t('title')}</h1>
        <Empty icon="admin" title={t('forbidden')} />
      </div>
    );
  const found = pageOf(path);
  return (
    <Controls>
      <PlacesContext value={nodes}>
        <div className="administration">
          <Tree nodes={nodes} current={path} />
          <div className="page">
            <Crumbs nodes={nodes} path={path} />
            {me.role === 'reader' && <p className="notice-line">{t('readOnly')}</p>}
            <Suspense fallback={<Skeleton rows={6} />}>
              {found ? <found.Page key={path} id={found.id} /> : <NotFound />}
            </Suspense>
          </div>
        </div>
      </PlacesContext>
    </Controls>
  );
}
