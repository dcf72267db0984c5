// A label with a tooltip that shows the field's description on hover, tap and keyboard focus; Escape closes it.

import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { type Field, useFieldDescription } from "./field-descriptions";

const MARGIN = 8;

/** A field's label, and its value as `children`. Hovering over either opens the tooltip. */
export function DescribedField(props: { field: Field; label: string; children?: ComponentChildren; class?: string }) {
  const description = useFieldDescription(props.field);
  const id = useId();
  const tooltip = useRef<HTMLSpanElement>(null);
  const [isOpen, setOpen] = useState(false);
  useLayoutEffect(() => {
    if (isOpen && tooltip.current) keepInViewport(tooltip.current);
  }, [isOpen]);
  return (
    <span
      class={`described-field ${props.class ?? ""}`}
      onMouseEnter={() => setOpen(true)}
      onMouseLeave={() => setOpen(false)}
      onKeyDown={(event) => event.key === "Escape" && setOpen(false)}
    >
      <button
        type="button"
        class="tooltip-trigger"
        aria-describedby={id}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onClick={() => setOpen(true)}
      >
        {props.label}
      </button>
      {props.children}
      <span role="tooltip" id={id} ref={tooltip} class="tooltip" hidden={!isOpen || !description}>
        {description}
      </span>
    </span>
  );
}

function keepInViewport(tooltip: HTMLElement): void {
  tooltip.style.left = "0";
  const { left, right } = tooltip.getBoundingClientRect();
  const overflow = right + MARGIN - document.documentElement.clientWidth;
  if (overflow > 0) tooltip.style.left = `${-Math.min(overflow, left - MARGIN)}px`;
}
