/** All keys. */
import { pages } from '../pages.js'
import { Dialog } from './dialog.js'

export function KeysDialog({ close }: { close: () => void }) {
  return (
    <Dialog title="Keys" close={close}>
      <table>
        <tbody>
          {pages.map(({ key, title }) => (
            <tr>
              <td>
                <kbd>g</kbd> <kbd>{key}</kbd>
              </td>
              <td>{title}</td>
            </tr>
          ))}
          <tr>
            <td>
              <kbd>/</kbd>
            </td>
            <td>the filter</td>
          </tr>
          <tr>
            <td>
              <kbd>?</kbd>
            </td>
            <td>these keys</td>
          </tr>
        </tbody>
      </table>
      <p>
        <button onClick={close}>close</button>
      </p>
    </Dialog>
  )
}
