/** A moment: short for the eye, whole in the tooltip and for programs. */
export function Moment({
  seconds,
  style,
}: {
  readonly seconds: number;
  readonly style: 'day' | 'time';
}) {
  const date = new Date(seconds * 1_000);
  const whole = date.toLocaleString(undefined, { dateStyle: 'full', timeStyle: 'long' });
  return (
    <time className="number" dateTime={date.toISOString()} title={whole}>
      {style === 'day'
        ? date.toLocaleDateString(undefined, { day: 'numeric', month: 'short' })
        : date.toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' })}
    </time>
  );
}
