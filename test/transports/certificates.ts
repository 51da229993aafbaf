import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A CA of the test, and what it signs; in a folder that goes with it. */
export class Certificates implements Disposable {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'busbar-tls-'))

  /** For `test`: false, or why there can be no certificates here. */
  static get skip(): string | false {
    const { status } = spawnSync('openssl', ['version'])
    return status === 0 ? false : 'openssl is not installed, which makes the certificates'
  }

  constructor() {
    this.#request('ca', ['-subj', '/CN=Test CA'])
  }

  /** `NAME.pem` and `NAME.key`, for the server at 127.0.0.1 unless other names are given. */
  issue(name: string, { ca = 'ca', subject = '/CN=edge', altNames = 'IP:127.0.0.1' } = {}): void {
    const signed = ['-CA', this.path(`${ca}.pem`), '-CAkey', this.path(`${ca}.key`)]
    const words = ['-subj', subject, '-addext', 'basicConstraints=critical,CA:FALSE', ...signed]
    if (altNames !== '') words.push('-addext', `subjectAltName=${altNames}`)
    this.#request(name, words)
  }

  /** Another CA, which nobody trusts. */
  foreignCa(name: string): void {
    this.#request(name, ['-subj', '/CN=Another CA'])
  }

  path(file: string): string {
    return join(this.folder, file)
  }

  read(file: string): Buffer {
    return readFileSync(this.path(file))
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true })
  }

  #request(name: string, words: readonly string[]): void {
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
    const files = ['-keyout', this.path(`${name}.key`), '-out', this.path(`${name}.pem`)]
    execFileSync('openssl', ['req', '-x509', '-days', '2', ...key, ...files, ...words], {
      stdio: 'pipe',
    })
  }
}
