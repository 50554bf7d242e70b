import { useNavigate } from '@tanstack/react-router';
import { type KeyboardEvent, type MouseEvent, memo, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '../shell/icons.tsx';
import { rowsOf, type TreeNode, type TreeRow, trailOf } from './tree-nodes.ts';

const rowHeight = 34;
const spare = 8;

/**
 * The places at the left: walked by arrow keys, opened by right and left, as such trees are. Only the rows on the screen
 * are drawn, so that hundreds of groups cost nothing.
 */
export const Tree = memo(function Tree({ nodes, current }: { nodes: readonly TreeNode[]; current: string }) {
  const { t } = useTranslation('administration');
  const [filter, setFilter] = useState('');
  const [open, setOpen] = useState<ReadonlySet<string>>(() => new Set(['system', 'people', 'locations']));
  const trail = useMemo(() => trailOf(nodes, current).map((node) => node.path), [nodes, current]);
  const here = trail.at(-1);
  useEffect(() => {
    setOpen((known) => (trail.every((path) => known.has(path)) ? known : new Set([...known, ...trail])));
  }, [trail]);
  const rows = useMemo(() => rowsOf(nodes, open, filter), [nodes, open, filter]);
  const toggle = (path: string) =>
    setOpen((known) => {
      const next = new Set(known);
      if (!next.delete(path)) next.add(path);
      return next;
    });
  return (
    <nav className="places" aria-label={t('title')}>
      <label className="search places-search">
        <Icon name="search" size={16} />
        <span className="sr-only">{t('findPlace')}</span>
        <input
          type="search"
          placeholder={t('findPlace')}
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
        />
      </label>
      <Rows rows={rows} here={here} toggle={toggle} />
      {rows.length === 0 && <p className="hint places-none">{t('noPlace')}</p>}
    </nav>
  );
});

function Rows({
  rows,
  here,
  toggle,
}: {
  rows: readonly TreeRow[];
  here: string | undefined;
  toggle(path: string): void;
}) {
  const { t } = useTranslation('administration');
  const box = useRef<HTMLDivElement>(null);
  const [{ first, last }, setRange] = useState({ first: 0, last: 60 });
  const [focused, setFocused] = useState<string>();
  const wanted = useRef<string | null>(null);

  const measure = useCallback(() => {
    const { scrollTop, clientHeight } = box.current!;
    const from = Math.max(0, Math.floor(scrollTop / rowHeight) - spare);
    const to = Math.ceil((scrollTop + clientHeight) / rowHeight) + spare;
    setRange((known) => (known.first === from && known.last === to ? known : { first: from, last: to }));
  }, []);
  useEffect(() => {
    measure();
    addEventListener('resize', measure);
    return () => removeEventListener('resize', measure);
  }, [measure]);

  function show(index: number): void {
    const { scrollTop, clientHeight } = box.current!;
    const top = index * rowHeight;
    if (top < scrollTop || top + rowHeight > scrollTop + clientHeight)
      box.current!.scrollTop = Math.max(0, top - clientHeight / 2);
  }
  // The place one is at is in view when one comes to it by another way than the tree.
  const at = rows.findIndex((row) => row.node.path === here);
  // biome-ignore lint/correctness/useExhaustiveDependencies: when the place changes, not when rows open above it.
  useEffect(() => {
    if (at >= 0) show(at);
  }, [here, at >= 0]);
  // A row far away is drawn only after the tree has scrolled there.
  useEffect(() => {
    if (wanted.current === null) return;
    const row = box.current?.querySelector<HTMLElement>(`[data-path="${wanted.current}"]`);
    if (!row) return;
    wanted.current = null;
    row.focus({ preventScroll: true });
  });

  function go(index: number): void {
    const row = rows[Math.min(rows.length - 1, Math.max(0, index))];
    if (!row) return;
    wanted.current = row.node.path;
    setFocused(row.node.path);
    show(rows.indexOf(row));
  }

  function pressed(event: KeyboardEvent): void {
    const index = rows.findIndex((row) => row.node.path === tabStop);
    const row = rows[index];
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    const steps: Record<string, () => void> = {
      ArrowDown: () => go(index + 1),
      ArrowUp: () => go(index - 1),
      Home: () => go(0),
      End: () => go(rows.length - 1),
      ArrowRight: () => {
        if (row.node.children.length === 0) return;
        if (row.expanded) go(index + 1);
        else toggle(row.node.path);
      },
      ArrowLeft: () => {
        if (row.expanded && row.node.children.length > 0) toggle(row.node.path);
        else if (row.parent) go(rows.findIndex((other) => other.node.path === row.parent));
      },
    };
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    step();
  }

  const isShown = (path: string | undefined) => rows.slice(first, last).some((row) => row.node.path === path);
  const tabStop = isShown(focused) ? focused : isShown(here) ? here : rows[first]?.node.path;
  return (
    <div
      ref={box}
      className="places-rows"
      role="tree"
      aria-label={t('title')}
      tabIndex={-1}
      onScroll={measure}
      onKeyDown={pressed}
    >
      <div role="none" style={{ height: rows.length * rowHeight }}>
        {rows.slice(first, last).map((row, index) => (
          <Row
            key={row.node.path}
            row={row}
            top={(first + index) * rowHeight}
            isHere={row.node.path === here}
            isTabStop={row.node.path === tabStop}
            toggle={toggle}
            onFocus={() => setFocused(row.node.path)}
          />
        ))}
      </div>
    </div>
  );
}

function Row(props: {
  row: TreeRow;
  top: number;
  isHere: boolean;
  isTabStop: boolean;
  toggle(path: string): void;
  onFocus(): void;
}) {
  const { node, level, expanded, position, siblings } = props.row;
  const navigate = useNavigate();
  const leads = node.children.length > 0;

  function clicked(event: MouseEvent): void {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (leads && ((event.target as Element).closest('.places-toggle') || (props.isHere && expanded)))
      props.toggle(node.path);
    else void navigate({ to: '/administration/$', params: { _splat: node.path } });
  }

  return (
    <a
      role="treeitem"
      href={`/administration/${node.path}`}
      className="places-row"
      style={{ top: props.top, paddingInlineStart: 4 + (level - 1) * 12 }}
      data-path={node.path}
      data-level={level}
      title={node.label}
      tabIndex={props.isTabStop ? 0 : -1}
      aria-level={level}
      aria-expanded={leads ? expanded : undefined}
      aria-current={props.isHere ? 'page' : undefined}
      aria-selected={props.isHere}
      aria-posinset={position}
      aria-setsize={siblings}
      onClick={clicked}
      onFocus={props.onFocus}
    >
      <span className={leads ? 'places-toggle' : 'places-toggle none'} aria-hidden="true">
        {leads && <Icon name={expanded ? 'down' : 'right'} size={14} />}
      </span>
      {node.icon && <Icon name={node.icon} size={16} />}
      <span className="places-label">{node.label}</span>
    </a>
  );
}
