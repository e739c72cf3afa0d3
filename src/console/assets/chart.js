import { element, svg } from './dom.js';

/**
 * @typedef {object} Series
 * @property {string} name
 * @property {'good' | 'warn' | 'accent' | 'soft'} colour
 * @property {readonly (number | null)[]} values null: there is none
 */

/**
 * @typedef {object} ChartOptions
 * @property {string} key names it for `fill`
 * @property {string} title
 * @property {string} figure what is shown large
 * @property {string} note what stands beside it
 * @property {'bars' | 'lines'} kind
 * @property {readonly Series[]} series
 * @property {readonly string[]} labels of each place along the axis
 * @property {(value: number) => string} format
 * @property {string} empty what is said where there is nothing to draw
 */

const [width, height] = [600, 88];

/**
 * A small chart of one hour: bars upon each other, or lines. Pointing at a place, or the arrow keys,
 * show its numbers.
 * @param {ChartOptions} options
 */
export function chart(options) {
  const { key, title, figure, note, kind, series, labels, format, empty } = options;
  const totals = labels.map((_, at) => topAt(series, at, kind));
  const most = Math.max(...totals, 0);
  const readout = element('p', { class: 'readout' }, note);
  const drawing = svg('svg', {
    viewBox: `0 0 ${width} ${height}`,
    preserveAspectRatio: 'none',
    'aria-hidden': 'true',
  });
  const step = width / labels.length;
  drawing.append(
    ...(kind === 'bars' ? bars(series, labels.length, most) : lines(series, labels.length, most)),
  );
  const cursor = svg('rect', { class: 'cursor', width: step, height, y: 0, x: -step });
  drawing.append(cursor);

  /** @param {number} at */
  const describe = (at) =>
    `${labels[at] ?? ''}: ${series.map(({ name, values }) => `${valueText(values[at], format)} ${name}`).join(', ')}`;
  const plot = element(
    'div',
    {
      class: most > 0 ? 'plot' : 'plot is-empty',
      tabindex: most > 0 ? 0 : undefined,
      role: 'img',
      'data-key': key,
      'aria-label': `${title}: ${figure}, ${note}. The last hour, minute by minute.`,
    },
    drawing,
    most > 0
      ? element('span', { class: 'most' }, format(most))
      : element('span', { class: 'empty' }, empty),
  );
  let place = labels.length - 1;
  /** @param {number} at */
  const show = (at) => {
    place = Math.min(Math.max(at, 0), labels.length - 1);
    cursor.setAttribute('x', String(place * step));
    readout.textContent = describe(place);
  };
  const rest = () => {
    cursor.setAttribute('x', String(-step));
    readout.textContent = note;
  };
  if (most > 0) {
    plot.addEventListener('pointermove', (event) => {
      const { left, width: drawn } = plot.getBoundingClientRect();
      show(Math.floor(((event.clientX - left) / drawn) * labels.length));
    });
    plot.addEventListener('pointerleave', rest);
    plot.addEventListener('blur', rest);
    plot.addEventListener('keydown', (event) => {
      if (event.key === 'ArrowLeft') show(place - 1);
      if (event.key === 'ArrowRight') show(place + 1);
    });
  }
  return element(
    'figure',
    { class: 'chart card' },
    element('figcaption', {}, title),
    element('p', { class: 'figure' }, figure),
    readout,
    plot,
    element(
      'div',
      { class: 'axis', 'aria-hidden': 'true' },
      element('span', {}, 'an hour ago'),
      element('span', {}, 'now'),
    ),
  );
}

/**
 * @param {readonly Series[]} series
 * @param {number} count
 * @param {number} most
 */
function bars(series, count, most) {
  const step = width / count;
  const scale = most === 0 ? 0 : (height - 4) / most;
  return Array.from({ length: count }, (_, at) => {
    let y = height;
    return series.flatMap(({ colour, values }) => {
      const value = values[at] ?? 0;
      if (value <= 0) return [];
      const tall = Math.max(value * scale, 2);
      y -= tall;
      return [
        svg('rect', {
          class: `is-${colour}`,
          x: at * step + step * 0.12,
          y,
          width: step * 0.76,
          height: tall,
          rx: 1.5,
        }),
      ];
    });
  }).flat();
}

/**
 * @param {readonly Series[]} series
 * @param {number} count
 * @param {number} most
 */
function lines(series, count, most) {
  const step = width / count;
  /** @param {number} value */
  const y = (value) => height - 3 - (most === 0 ? 0 : (value / most) * (height - 8));
  return series.flatMap(({ colour, values }) => {
    const dots = values.flatMap((value, at) =>
      value === null ? [] : [{ at, x: (at + 0.5) * step, y: y(value) }],
    );
    const strokes = dots.slice(1).map((dot, at) => ({ from: dots[at] ?? dot, to: dot }));
    return [
      ...strokes.map(({ from, to }) =>
        svg('line', {
          class: `is-${colour} ${to.at - from.at > 1 ? 'is-gap' : ''}`,
          x1: from.x,
          y1: from.y,
          x2: to.x,
          y2: to.y,
        }),
      ),
      // A stroke without length is a round dot, however the drawing is stretched.
      ...dots.map((dot) =>
        svg('line', { class: `is-${colour} is-dot`, x1: dot.x, y1: dot.y, x2: dot.x, y2: dot.y }),
      ),
    ];
  });
}

/**
 * @param {readonly Series[]} series
 * @param {number} at
 * @param {'bars' | 'lines'} kind
 */
function topAt(series, at, kind) {
  const values = series.map(({ values }) => values[at] ?? 0);
  return kind === 'bars' ? values.reduce((sum, value) => sum + value, 0) : Math.max(...values, 0);
}

/**
 * @param {number | null | undefined} value
 * @param {(value: number) => string} format
 */
function valueText(value, format) {
  return value === null || value === undefined ? 'no' : format(value);
}
