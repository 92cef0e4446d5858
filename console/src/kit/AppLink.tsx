/**
 * A link within the app. Both faces have routers of their own with paths in common, so paths are plain text here and
 * are not checked against either's routes.
 */
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';

interface Props {
  to: string;
  search?: Record<string, string | undefined>;
  className?: string;
  title?: string;
  children: ReactNode;
}

export function AppLink({ to, search, ...rest }: Props) {
  return <Link to={to} search={search ?? {}} {...rest} />;
}
