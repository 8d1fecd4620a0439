/** Shapes drawn by hand on a 16 x 16 grid; they decorate, the text beside them speaks. */

const Icon = ({ d }: { d: string }) => (
  <svg class="icon" viewBox="0 0 16 16" width="16" height="16" fill="currentColor" aria-hidden="true">
    <path d={d} />
  </svg>
)

export const PlayIcon = () => <Icon d="M4 2.6v10.8a.6.6 0 0 0 .9.5l9-5.4a.6.6 0 0 0 0-1l-9-5.4a.6.6 0 0 0-.9.5z" />
export const PauseIcon = () => <Icon d="M3.5 2.5h3v11h-3zM9.5 2.5h3v11h-3z" />
export const StopIcon = () => <Icon d="M3 4a1 1 0 0 1 1-1h8a1 1 0 0 1 1 1v8a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1z" />
export const SwapIcon = () => <Icon d="M10.5 1.5 14 5l-3.5 3.5V6H3V4h7.5zM5.5 7.5V10H13v2H5.5v2.5L2 11z" />
export const CrossIcon = () => (
  <Icon d="m8 6.6 3.3-3.3 1.4 1.4L9.4 8l3.3 3.3-1.4 1.4L8 9.4l-3.3 3.3-1.4-1.4L6.6 8 3.3 4.7l1.4-1.4z" />
)
export const GearIcon = () => (
  <Icon d="M6.8 1h2.4l.4 2 1.3.6 1.8-1 1.7 1.7-1 1.8.5 1.3 2.1.4v2.4l-2 .4-.6 1.3 1 1.8-1.7 1.7-1.8-1-1.3.5-.4 2.1H6.8l-.4-2-1.3-.6-1.8 1-1.7-1.7 1-1.8L2 10.6 0 10.2V7.8l2-.4.6-1.3-1-1.8 1.7-1.7 1.8 1L6.4 3zM8 5.6a3.4 3.4 0 1 0 0 6.8 3.4 3.4 0 0 0 0-6.8z" />
)
export const BubbleIcon = () => (
  <svg
    class="icon icon-large"
    viewBox="0 0 48 48"
    width="56"
    height="56"
    fill="none"
    stroke="currentColor"
    stroke-width="2.5"
    aria-hidden="true"
  >
    <path
      d="M8 10h32a3 3 0 0 1 3 3v19a3 3 0 0 1-3 3H23l-9 7v-7H8a3 3 0 0 1-3-3V13a3 3 0 0 1 3-3z"
      stroke-linejoin="round"
    />
    <path d="M14 19h20M14 26h12" stroke-linecap="round" />
  </svg>
)
