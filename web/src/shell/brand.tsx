/** The mark: a day's rail with an appointment on it and the now-line across. */
export function Brand() {
  return (
    <span className="brand">
      <svg width="28" height="28" viewBox="0 0 28 28" aria-hidden="true" focusable="false">
        <rect className="brand-ground" width="28" height="28" rx="7" />
        <path className="brand-rail" d="M9 5v18" />
        <rect className="brand-slot" x="7" y="8" width="4" height="8" rx="2" />
        <path className="brand-now" d="M5 18.5h18" />
        <circle className="brand-now-dot" cx="9" cy="18.5" r="2.5" />
        <path className="brand-line" d="M14.5 9.500H22M14.5 13.500h4.5" />
      </svg>
      <span className="brand-name">Whenabouts</span>
    </span>
  );
}
