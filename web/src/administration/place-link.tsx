import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';

/** A link to a place of the administration, by its path below /administration. */
export function PlaceLink({ to, className, children }: { to: string; className?: string; children: ReactNode }) {
  return (
    <Link to="/administration/$" params={{ _splat: to }} className={className} activeOptions={{ exact: true }}>
      {children}
    </Link>
  );
}
