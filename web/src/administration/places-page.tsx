import { useParams } from '@tanstack/react-router';
import { PageHead } from '../shell/parts.tsx';
import { useTitle } from '../shell/use-title.ts';
import { PlaceList } from './place-list.tsx';
import { usePlaces } from './places-context.ts';
import { trailOf } from './tree-nodes.ts';

/** A place that is nothing but the way to others. */
export default function PlacesPage() {
  const path = useParams({ strict: false })._splat ?? '';
  const node = trailOf(usePlaces(), path).at(-1);
  useTitle(node?.label ?? '');
  if (!node) return null;
  return (
    <>
      <PageHead title={node.label} {...(node.hint ? { intro: node.hint } : {})} />
      <PlaceList nodes={node.children} />
    </>
  );
}
