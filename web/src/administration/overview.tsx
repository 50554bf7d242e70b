import { useTranslation } from 'react-i18next';
import { Icon } from '../shell/icons.tsx';
import { PageHead } from '../shell/parts.tsx';
import { useTitle } from '../shell/use-title.ts';
import { FirstSteps } from './first-steps.tsx';
import { PlaceList } from './place-list.tsx';
import { usePlaces } from './places-context.ts';

/** The first page of the administration, and on a phone the top of its tree. */
export default function Overview() {
  const { t } = useTranslation('administration');
  useTitle(t('title'));
  return (
    <>
      <PageHead title={t('title')} intro={t('intro')} />
      <FirstSteps />
      <div className="overview">
        {usePlaces().map((node) => (
          <section key={node.path} aria-labelledby={node.path}>
            <h2 id={node.path}>
              {node.icon && <Icon name={node.icon} />} {node.label}
            </h2>
            <PlaceList nodes={node.children.length > 0 ? node.children : [node]} />
          </section>
        ))}
      </div>
    </>
  );
}
