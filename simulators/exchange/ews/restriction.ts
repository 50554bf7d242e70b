/** Restrictions (SearchExpressionType), as far as folders and items are looked for by their text. */
import { pathText } from '../schema/parts.ts';
import { child, type Element } from '../xml/element.ts';
import { Refused } from './errors.ts';

/** @param property a property of the thing; undefined: it has none, or it can't be looked for here. */
export function matches(expression: Element, property: (path: string) => string | undefined): boolean {
  const { name, children, attributes } = expression;
  if (name === 'And') return children.every((part) => matches(part, property));
  if (name === 'Or') return children.some((part) => matches(part, property));
  if (name === 'Not') return !matches(children[0]!, property);
  const value = property(pathText(children[0]!));
  if (name === 'Exists') return value !== undefined;
  if (name === 'Contains') {
    const exact = attributes.ContainmentComparison === undefined || attributes.ContainmentComparison === 'Exact';
    const plain = (text: string) => (exact ? text : text.toLowerCase());
    const [has, wanted] = [plain(value ?? ''), plain(child(expression, 'Constant')?.attributes.Value ?? '')];
    if (attributes.ContainmentMode === 'Substring') return has.includes(wanted);
    return attributes.ContainmentMode === 'Prefixed' ? has.startsWith(wanted) : has === wanted;
  }
  const constant = child(child(expression, 'FieldURIOrConstant'), 'Constant');
  if (!constant) throw new Refused('ErrorUnsupportedPathForQuery', 'Here properties are compared with constants only.');
  const wanted = constant.attributes.Value ?? '';
  if (value === undefined) return name === 'IsNotEqualTo';
  const order = value < wanted ? -1 : value > wanted ? 1 : 0;
  const is: Record<string, boolean> = {
    ...{ IsEqualTo: order === 0, IsNotEqualTo: order !== 0, IsGreaterThan: order > 0, IsLessThan: order < 0 },
    ...{ IsGreaterThanOrEqualTo: order >= 0, IsLessThanOrEqualTo: order <= 0 },
  };
  return is[name] ?? false;
}
