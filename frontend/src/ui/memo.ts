import { Component, h, type FunctionComponent } from 'preact'

/** A component drawn again only when a property is another one. */
export function memo<P extends object>(draw: FunctionComponent<P>): FunctionComponent<P> {
  class Memo extends Component<P> {
    override shouldComponentUpdate(next: Readonly<P>): boolean {
      return (Object.keys(next) as (keyof P)[]).some((name) => next[name] !== this.props[name])
    }
    override render() {
      return h(draw, this.props as P & { children?: never })
    }
  }
  return Memo as unknown as FunctionComponent<P>
}
