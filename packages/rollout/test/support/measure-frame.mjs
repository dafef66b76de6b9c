// Runs in a browser, around the page that is measured: that page itself may run no script.
const frame = document.getElementById('page')

const sidewaysOf = (body) =>
  [...body.querySelectorAll('*:not(svg):not(svg *)')]
    .filter((element) => element.closest('.scroll') === null && element.clientWidth > 0)
    .filter((element) => element.scrollWidth > element.clientWidth + 1)
    .map((element) => `${element.tagName}: ${element.textContent.trim().slice(0, 80)}`)

function overlapsOf(drawing) {
  const edge = drawing.getBoundingClientRect()
  const texts = [...drawing.querySelectorAll('text')].map((text) => ({
    words: text.textContent.trim(),
    box: text.getBoundingClientRect(),
  }))
  return texts.flatMap(({ words, box }, at) => [
    ...(box.left < edge.left - 1 || box.right > edge.right + 1
      ? [`beyond the edge: ${words}`]
      : []),
    ...texts
      .slice(at + 1)
      .filter(({ box: other }) => {
        const wide = Math.min(box.right, other.right) - Math.max(box.left, other.left)
        const high = Math.min(box.bottom, other.bottom) - Math.max(box.top, other.top)
        return wide > 1 && high > 3
      })
      .map((other) => `${words} / ${other.words}`),
  ])
}

frame.addEventListener('load', () => {
  const { documentElement: root, body } = frame.contentDocument
  const layout = {
    overflowing: [
      ...(root.scrollWidth > root.clientWidth ? [`page: ${root.scrollWidth}`] : []),
      ...sidewaysOf(body),
    ],
    overlapping: [...body.querySelectorAll('svg.timeline')].flatMap(overlapsOf),
    ran: globalThis.ran === true,
    height: root.scrollHeight,
  }
  const answer = document.createElement('pre')
  answer.id = 'layout'
  answer.textContent = encodeURIComponent(JSON.stringify(layout))
  document.body.append(answer)
})
