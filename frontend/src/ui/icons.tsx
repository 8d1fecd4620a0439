/** Shapes beside a text, which speaks for them: drawn in icons.css, where they cost no script. */

const Icon = ({ shape }: { shape: string }) => <span class={`icon icon-${shape}`} aria-hidden="true" />

export const PlayIcon = () => <Icon shape="play" />
export const PauseIcon = () => <Icon shape="pause" />
export const StopIcon = () => <Icon shape="stop" />
export const SwapIcon = () => <Icon shape="swap" />
export const CrossIcon = () => <Icon shape="cross" />
