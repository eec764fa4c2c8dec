const WIDTHS = ['40%', '65%', '100%', '100%'];

/** The shape of the panel while the first answer is on its way, as high as what follows. */
export function Skeleton() {
  return (
    <div className="loading" role="status">
      <span className="hidden-words">Loading the release</span>
      {WIDTHS.map((width, index) => (
        <div key={index} className="skeleton" style={{ width }} />
      ))}
      <div className="skeleton loading-card" />
      <div className="skeleton loading-card" />
    </div>
  );
}
