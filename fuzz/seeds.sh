#!/usr/bin/env bash
# Writes a first corpus: answers and forms of real servers, one file each.
set -euo pipefail
cd "$(dirname "$0")"
seed() { mkdir -p "corpus/$1"; printf '%b' "$2" > "corpus/$1/$(printf '%s' "$2" | sha256sum | cut -c1-16)"; }
for query in \
  'code=SplxlOBeZQQYbYS6WxSbIA&state=STATE&tenant=a+b' \
  'tenant=a%20b&state=STATE&error=access_denied&error_description=no&iss=https%3A%2F%2Fa.example%2F' \
  'error=invalid_request&error_description=%27state%27+parameter+must+not+be+provided+twice' \
  'state=STATE&error=invalid_request' \
  'code=bu8OQxkhBddwyf8bDeKN%2Fg%3D%3D&state=STATE&session_state=7&tenant=a+b' \
  'code=x&state=STATE&state=two'; do
  # The first byte chooses the form, and that the live `state` takes the place of STATE.
  seed redirect "\\x04https://b.example/cb?$query#_=_"
  seed redirect "\\x05/cb?$query"
  seed redirect "\\x06$query"
  seed redirect "\\x07$query"
done
for body in \
  '{"access_token":"2YotnFZFEjr1zCsicMWpAA","token_type":"example","expires_in":3600,"refresh_token":"tGzv3JOkF0XG5Qx2TlKWIA","example_parameter":"example_value"}' \
  '{"access_token":"a","token_type":"bearer","expiry":"3600","scope":["a","b"],"refresh_token":null}' \
  '{"error":"invalid_grant","error_description":"grant request is invalid"}' \
  '{"access_token":"a","expires_in":"3599","ext_expires_in":"3599","expires_on":"1700000000","id_token":false}' \
  '{"ok":true,"authed_user":{"access_token":"a","token_type":"user","scope":"a,b"}}' \
  '{"error":1101,"sub_error":20411}' \
  '<!doctype html><title>502 Bad Gateway</title>' \
  '{"error":{"message":"m","type":"OAuthException","code":100}}'; do
  # Two bytes of status, one that chooses the dialect and the time.
  seed token_response "\\x00\\xc8\\x00$body"
  seed token_response "\\x01\\x90\\x03$body"
done
for body in \
  '{"issuer":"https://a.example/t","authorization_endpoint":"https://a.example/authorize","token_endpoint":"https://b.example:8443/token","response_types_supported":["code","code id_token"],"code_challenge_methods_supported":["S256"],"authorization_response_iss_parameter_supported":true}' \
  '{"issuer":"https:\\/\\/a.example\\/t","authorization_endpoint":"https://169.254.169.254/","token_endpoint":"https://a.example/token","scopes_supported":null}'; do
  # One byte that chooses the options and the status.
  seed discovery "\\x00$body"
  seed discovery "\\x03$body"
done
for body in \
  'access_token=gho_16C7e42F&scope=repo%2Cgist&token_type=bearer' \
  '{"data":[{"token":"t","expires_on":1700000060}],"s":["a"]}' \
  '{"errors":[{"errorType":"invalid_grant"}]}' \
  '{"access_token":"a","expires_at":"2026-01-02T03:04:05+01:00"}'; do
  seed token_response "\\x00\\xc8\\x04$body"
  seed token_response "\\x00\\xc8\\x05$body"
done
for body in \
  '{"request_uri":"urn:ietf:params:oauth:request_uri:6esc_11ACC5bwc014ltc14eY22c","expires_in":60}' \
  '{"expires_in":"0","request_uri":"https:\\/\\/a.example\\/r?a=b&c=%41"}' \
  '{"request_uri":"urn:a#b"}' \
  '{"error":"invalid_request","request_uri":"urn:a","request_uri":null}' \
  '<!doctype html><title>502 Bad Gateway</title>'; do
  # Two bytes of status, one that chooses the time.
  seed pushed_response "\\x00\\xc9\\x00$body"
  seed pushed_response "\\x01\\x90\\x01$body"
done
mkdir -p corpus/{challenges,configuration,discovery,flow,form_encoding,jwk,pushed_response,redirect,stored_form,token_response,uri}
cp ../tests/golden/*.json corpus/stored_form/
while read -r byte jwk; do
  # One byte that chooses the algorithm.
  seed jwk "\\x$byte$jwk"
done <<'KEYS'
02 {"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}
02 {"key_ops":["verify"],"ext":true,"kty":"EC","x":"AFVDiUrz0A7X10Cr29dclrBod7eH219w7qeLkKjXwAo","y":"u0yFo9jqKe-q-iRAaRLdhNWxTcMr9lbvbGvVil2UP5I","crv":"P-256","alg":"ES256"}
04 {"kty":"EC","crv":"P-521","x":"AMaFjga3BATpzZ4-y2YjlbRCnGSBOQU_tSH4KK9ga009uqFLXnfv51ko_h3BJ6L_qN4zSLPBhWpCm_l-fjHC5b1m","y":"ARg5KWp4mjvABFyKX7QsfRvZmPVESVebRGgXr70XJz5mLJfucple9CZAxVC5AT-tB2E1PHCGonLCQIi-lHaf0WZQ"}
00 {"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","alg":"EdDSA"}
08 {"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","kid":"2011-04-29"}
02 {"kty":"EC","d":"AA"}
KEYS
for uri in 'https://a.example:8443/x/y;z=1,2/@:!$&()*+~_-./%41?q=/?&a=%20' 'https://[2001:db8::1]:1/' \
  'http://127.0.0.1/cb' 'com.example.app://host:1/cb?x=y' 'https://a.example?x'; do
  seed uri "$uri"
done
for text in ' %&+\xc2\xa3\xe2\x82\xac' 'a b' '~*-._' '%41%zz'; do
  seed form_encoding "$text"
done
for headers in \
  'Bearer error="invalid_token", error_description="say \\"scope=x\\"", resource_metadata="https://a.example/m"' \
  'Newauth realm="apps", type=1, title="Login to \\"apps\\"", Basic realm="simple"' \
  'Negotiate YII=, Bearer scope = "b"\nDPoP algs="RS256 ES256", error="use_dpop_nonce"'; do
  seed challenges "$headers"
done
