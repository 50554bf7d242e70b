import './controls.css';
import { type CSSVariablesResolver, createTheme, MantineProvider } from '@mantine/core';
import type { ReactNode } from 'react';
import { useShownTheme } from './theme.ts';

/**
 * The form controls of Mantine in our colours. Pages with forms wrap themselves in this, so that the agenda's first
 * load needn't carry it.
 */
const petrol = [
  '#e6f2f3',
  '#cfe3e5',
  '#a3cbd0',
  '#74c6d1',
  '#4b9dab',
  '#2b7f8e',
  '#1a6b7a',
  '#115f6e',
  '#0c5664',
  '#083f4a',
] as const;

const theme = createTheme({
  fontFamily: 'var(--sans)',
  fontFamilyMonospace: 'var(--mono)',
  primaryColor: 'petrol',
  primaryShade: { light: 8, dark: 3 },
  autoContrast: true,
  colors: { petrol },
  defaultRadius: 8,
  cursorType: 'pointer',
  components: {
    PasswordInput: { defaultProps: { size: 'md', withAsterisk: false } },
    TextInput: { defaultProps: { size: 'md', withAsterisk: false } },
    NativeSelect: { defaultProps: { size: 'md', withAsterisk: false } },
    Textarea: { defaultProps: { size: 'md', withAsterisk: false } },
  },
});

const ours = {
  '--mantine-color-body': 'var(--surface)',
  '--mantine-color-text': 'var(--ink)',
  '--mantine-color-dimmed': 'var(--ink-3)',
  '--mantine-color-placeholder': 'var(--ink-3)',
  '--mantine-color-error': 'var(--danger)',
  '--mantine-color-default': 'var(--surface)',
  '--mantine-color-default-border': 'var(--line-strong)',
};
const variables: CSSVariablesResolver = () => ({ variables: {}, light: ours, dark: ours });

export function Controls({ children }: { children: ReactNode }) {
  return (
    <MantineProvider theme={theme} forceColorScheme={useShownTheme()} cssVariablesResolver={variables}>
      {children}
    </MantineProvider>
  );
}
