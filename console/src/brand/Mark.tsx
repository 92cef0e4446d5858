/** The post horn. */
export function Mark({ size = 22 }: { size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 32 32"
      fill="none"
      stroke="var(--ph-brass)"
      strokeWidth="2.6"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <circle cx="14" cy="17" r="7.2" />
      <path d="M14 9.8h11.2M3.2 9.8h3.6M3.200 7.300v5M25.200 9.800c1.600 0 2.800-1.200 3.600-3.200v6.600c-.8-2-2-3.400-3.600-3.400zM14 24.200c5 0 8-3 9.200-7.600" />
    </svg>
  );
}
