import { expect, test, vi } from 'vitest'
import { keepAwake } from '../src/dashboard/awake'
import { settle } from './helpers'

test('the screen stays on until the end, and again after the page was hidden', async () => {
  const page = Object.assign(new EventTarget(), { hidden: false })
  const release = vi.fn(async () => {})
  const request = vi.fn(async () => ({ release }))
  vi.stubGlobal('document', page)
  vi.stubGlobal('navigator', { wakeLock: { request } })
  const end = keepAwake()
  expect(request).toHaveBeenCalledExactlyOnceWith('screen')
  page.hidden = true
  page.dispatchEvent(new Event('visibilitychange'))
  expect(request).toHaveBeenCalledOnce()
  page.hidden = false
  page.dispatchEvent(new Event('visibilitychange'))
  expect(request).toHaveBeenCalledTimes(2)
  end()
  await settle()
  expect(release).toHaveBeenCalledOnce()
  page.dispatchEvent(new Event('visibilitychange'))
  expect(request).toHaveBeenCalledTimes(2)

  vi.stubGlobal('navigator', {})
  keepAwake()()
  vi.unstubAllGlobals()
})
