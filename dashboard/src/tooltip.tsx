// A label whose words appear on hover, on tap and on keyboard focus, and go with Escape.

import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { type Field, useWords } from "./field-descriptions";

const MARGIN = 8;

/** `label` explains itself; hovering over `children`, the number, does it too. */
export function Explained(props: { field: Field; label: string; children?: ComponentChildren; class?: string }) {
  const words = useWords(props.field);
  const id = useId();
  const tip = useRef<HTMLSpanElement>(null);
  const [isOpen, setOpen] = useState(false);
  useLayoutEffect(() => {
    if (isOpen && tip.current) keepInSight(tip.current);
  }, [isOpen]);
  return (
    <span
      class={`explained ${props.class ?? ""}`}
      onMouseEnter={() => setOpen(true)}
      onMouseLeave={() => setOpen(false)}
      onKeyDown={(event) => event.key === "Escape" && setOpen(false)}
    >
      <button
        type="button"
        class="term"
        aria-describedby={id}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onClick={() => setOpen(true)}
      >
        {props.label}
      </button>
      {props.children}
      <span role="tooltip" id={id} ref={tip} class="tip" hidden={!isOpen || !words}>
        {words}
      </span>
    </span>
  );
}

function keepInSight(tip: HTMLElement): void {
  tip.style.left = "0";
  const { left, right } = tip.getBoundingClientRect();
  const over = right + MARGIN - document.documentElement.clientWidth;
  if (over > 0) tip.style.left = `${-Math.min(over, left - MARGIN)}px`;
}
