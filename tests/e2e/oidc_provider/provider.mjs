// An OpenID Connect provider (npm oidc-provider) over https on a free port of loopback.
// node provider.mjs CERTIFICATE_FILE KEY_FILE CLIENT_ID CLIENT_SECRET REDIRECT_URI: prints its issuer.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import Provider from 'oidc-provider'

const [certificateFile, keyFile, clientId, clientSecret, redirectUri] = process.argv.slice(2)
const server = createServer({ cert: readFileSync(certificateFile), key: readFileSync(keyFile) })

server.listen(0, '127.0.0.1', () => {
  const issuer = `https://localhost:${server.address().port}`
  const provider = new Provider(issuer, {
    clients: [{ client_id: clientId, client_secret: clientSecret, redirect_uris: [redirectUri] }],
    // Whoever signs in is who they say, and owns the address that they say.
    findAccount: (_ctx, id) => ({
      accountId: id,
      claims: () => ({ sub: id, email: id, email_verified: true })
    }),
    claims: { email: ['email', 'email_verified'], openid: ['sub'], profile: ['name'] },
    cookies: { keys: ['for tests alone'] }
  })
  server.on('request', provider.callback())
  console.log(JSON.stringify({ issuer }))
})

process.stdin.on('end', () => process.exit(0)).resume()
