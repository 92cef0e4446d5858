/**
 * How Mantine is made to look like us: small, dense, few colours. Colours that mean something (an outcome, a link) are
 * tokens in theme.css, one set for light and one for dark, each held to a contrast of 4.5:1 or better.
 */
import { createTheme, defaultVariantColorsResolver, type MantineColorsTuple } from '@mantine/core';

/** From paper to ink; buttons and switches are ink, or the portal's own colour. */
const ink: MantineColorsTuple = [
  '#f5f4f1',
  '#e8e6e1',
  '#d2cfc8',
  '#b3afa6',
  '#918c82',
  '#736e65',
  '#58544c',
  '#403d37',
  '#2a2824',
  '#1c1b18',
];

/** Mantine's own greys are blue. */
const gray: MantineColorsTuple = [
  '#f8f7f4',
  '#f1efeb',
  '#e5e2db',
  '#d9d5cd',
  '#cbc7bd',
  '#857f74',
  '#656057',
  '#4f4b43',
  '#35322c',
  '#211f1b',
];

/** The same for the dark scheme; the last ones are its grounds. */
const dark: MantineColorsTuple = [
  '#e9e7e1',
  '#c9c5bc',
  '#a8a398',
  '#858075',
  '#4a473f',
  '#35332d',
  '#262420',
  '#1d1b18',
  '#161513',
  '#0f0e0d',
];

export const theme = createTheme({
  fontFamily: "'Geist Variable', ui-sans-serif, system-ui, sans-serif",
  fontFamilyMonospace: "'Geist Mono Variable', ui-monospace, 'SFMono-Regular', monospace",
  headings: { fontWeight: '600' },
  primaryColor: 'ink',
  primaryShade: { light: 9, dark: 1 },
  // Ink turns to paper in the dark scheme, and a portal has a colour of its own: what is written on it turns as well.
  variantColorResolver: (input) => {
    const colors = defaultVariantColorsResolver(input);
    const isPrimary = input.color === undefined || input.color === 'ink';
    return input.variant === 'filled' && isPrimary ? { ...colors, color: 'var(--ph-on-primary)' } : colors;
  },
  colors: { ink, gray, dark },
  black: '#1c1b18',
  defaultRadius: 6,
  cursorType: 'pointer',
  respectReducedMotion: true,
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '19px' },
  components: {
    Button: { defaultProps: { size: 'xs', fw: 500 } },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray' } },
    TextInput: { defaultProps: { size: 'xs' } },
    PasswordInput: { defaultProps: { size: 'xs' } },
    NumberInput: { defaultProps: { size: 'xs' } },
    Textarea: { defaultProps: { size: 'xs' } },
    Select: { defaultProps: { size: 'xs', comboboxProps: { shadow: 'md' } } },
    TagsInput: { defaultProps: { size: 'xs' } },
    JsonInput: { defaultProps: { size: 'xs' } },
    SegmentedControl: { defaultProps: { size: 'xs' } },
    Switch: { defaultProps: { size: 'sm' } },
    Tooltip: { defaultProps: { openDelay: 250, fz: 12 } },
    Modal: {
      defaultProps: {
        centered: true,
        closeButtonProps: { 'aria-label': 'Close' },
        overlayProps: { backgroundOpacity: 0.4 },
      },
    },
    Tabs: { defaultProps: { keepMounted: false } },
  },
});
