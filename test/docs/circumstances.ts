import { readPage } from './pages.ts'
import type { Circumstances } from './typed-pages.ts'

/** The substation of the demo, with what the pages take for granted. */
const SITE = `
sed '/^access:/,$d' /opt/busbar/examples/demo.yaml > /etc/busbar/site.yaml
mkdir -p /etc/busbar/tls && cd /etc/busbar/tls
for ca in ca devices-ca; do openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$ca" -keyout $ca.key -out $ca.pem 2> /dev/null; done
for of in edge:ca device:devices-ca; do
  name=\${of%:*} ca=\${of#*:}
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=f1-rtu" -keyout $name.key -out $name.csr 2> /dev/null
  openssl x509 -req -in $name.csr -CA $ca.pem -CAkey $ca.key -CAcreateserial -out $name.pem 2> /dev/null
done
chown busbar edge.key && cp device.* /machine/here && cd /machine/here
cat >> /etc/busbar/site.yaml <<'END'
access: { anonymous: true, inside: [127.0.0.1/32] }
listeners: { tls: { address: ':8883', certificate: tls/edge.pem, key: tls/edge.key, clientCertificates: required, clientCa: tls/devices-ca.pem } }
notify: { webhook: [{ name: duty, url: 'http://127.0.0.1:9999/', secretFile: hook.secret }] }
END
echo a-secret-of-some-length > /etc/busbar/hook.secret
chown busbar: /backup
answers() { for try in {1..200}; do curl -sf http://127.0.0.1:8080/livez > /dev/null && return; sleep 0.05; done; cat /var/log/busbar; return 1; }
`

/** Somebody outside asks for what the gate decides about. */
const ASKED = `for what in events alarms points ledger sessions audit readings?device=f1-rtu; do
  curl -s -o answer.json --interface 127.0.0.2 \${BUSBAR_TOKEN:+--oauth2-bearer $BUSBAR_TOKEN} "http://127.0.0.1:8080/api/v1/$what"
done`

export const OPERATING: Circumstances = {
  '': SITE,
  'password.txt': 'cd /machine/here; echo seven feeders in the rain > password.txt',
  'read -rs BUSBAR_PASSWORD':
    'answers; busbar simulate --devices 100 > /dev/null & exec < <(echo any); sleep 1',
  'busbar policy verify': ASKED,
  '"frequency":"test"': 'answers',
  'report.damaged':
    'systemctl stop busbar; dd if=/dev/urandom of=/var/lib/busbar/journal.db bs=4096 seek=1 count=6 conv=notrunc status=none; systemctl start busbar; answers; set +e',
  '--repair': '[ $ended = 1 ] || exit 1',
}

/** An edge that has run for a while, with a dip that stays, and with somebody who is told. */
const RUNNING = `${SITE}
ln -s /opt/busbar/bin/busbar /usr/local/bin/busbar
systemctl start busbar
/opt/busbar/node_modules/.bin/node -e 'require("http").createServer((asked, answer) => asked.resume().on("end", () => answer.end())).listen(9999)' &
answers
for volts in 230 120; do
  mosquitto_pub -h 127.0.0.1 -p 1883 -V 5 -q 1 -t grid/f1-meter-001/readings -m '{"values":{"voltage.a":'$volts'}}'
done
until busbar alarm list | grep -q f1-meter-001; do sleep 0.1; done
`

const { examples } = JSON.parse(readPage('policy/examples.json')) as {
  readonly examples: readonly { readonly input: unknown }[]
}

export const RUNNING_EDGE: Circumstances = {
  '': RUNNING,
  '--preflight': 'systemctl stop busbar',
  'busbar doctor\nbusbar doctor --url': 'systemctl start busbar; answers',
  'openssl pkey -in /var/lib/busbar/policy-key.pem': `${ASKED}
cp -r /var/lib/busbar/policy* . && mkdir copy && cp policy.db* policy-head.json copy`,
  'dispute.rego': `sed -n '/^\`\`\`rego/,/^\`\`\`$/p' /opt/busbar/docs/data-residency.md | sed '1d;$d' > dispute.rego
echo '${JSON.stringify(examples[0]?.input)}' > record.json`,
  // The rule of the page changes what the shipped examples expect of events.
  'opa build': 'set +e',
  'ls /opt/busbar-0.2.0': '[ $ended = 1 ] || exit 1; set -e',
}
