# For rows about AWS: ways to configure it, and a server of the row's own.

# aws_keys KIND: the options of a section: of the lab's `user`, of its assumed role `session`, `invented` ones,
# or those of `other`, a user of another account.
aws_keys() {
  case $1 in
    user) printf 'aws_access_key_id = %s\naws_secret_access_key = %s\n' "$LAB_AWS_ACCESS_KEY_ID" "$LAB_AWS_SECRET_ACCESS_KEY" ;;
    session)
      printf 'aws_access_key_id = %s\naws_secret_access_key = %s\naws_session_token = %s\n' \
        "$LAB_AWS_SESSION_ACCESS_KEY_ID" "$LAB_AWS_SESSION_SECRET_ACCESS_KEY" "$LAB_AWS_SESSION_TOKEN"
      ;;
    other) printf 'aws_access_key_id = %s\naws_secret_access_key = %s\n' $(cat "$AWS_STATE/other") ;;
    invented) printf 'aws_access_key_id = %s\naws_secret_access_key = %s\n' "AK""IA$(aws_word Z 16)" "$(aws_word z 40)" ;;
  esac
}

aws_word() { printf "%0$2d" 0 | tr 0 "$1"; }

# aws_section FILE NAME LINE…: adds a section to a file below ~/.aws; a line `@KIND` stands for keys.
aws_section() {
  local file=$HOME/.aws/$1 name=$2 line
  shift 2
  mkdir -p "$HOME/.aws"
  {
    printf '[%s]\n' "$name"
    for line; do case $line in @*) aws_keys "${line#@}" ;; *) printf '%s\n' "$line" ;; esac; done
    printf '\n'
  } >>"$file"
}

# aws_export KIND: the keys as variables.
aws_export() {
  unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN
  local line name
  while IFS= read -r line; do
    name=${line%% = *}
    export "${name^^}=${line#* = }"
  done < <(aws_keys "$1")
}

# aws_no_keys: without keys in the environment, as where a profile is used.
aws_no_keys() { unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN; }

# aws_patience: so much time for the AWS CLI that a slow machine is no reason; rows in which something hangs shorten it.
aws_patience() { echo 'deadline: 30' >"$PROJECT/handoff.yml"; }

# aws_dev: the profile dev of the credentials file, selected by AWS_PROFILE.
aws_dev() {
  aws_no_keys
  aws_section credentials dev @user
  aws_section config 'profile dev' 'region = us-east-1'
  export AWS_PROFILE=dev
}

# aws_role OPTION…: the profile role, which assumes the lab's role with the credentials of profile dev.
aws_role() {
  aws_patience
  aws_dev
  aws_section config 'profile role' "role_arn = $LAB_AWS_ROLE_ARN" 'source_profile = dev' 'region = us-east-1' "$@"
  export AWS_PROFILE=role
}

# aws_role_of_keys: the profile role, which assumes the lab's role with the keys of the environment.
aws_role_of_keys() {
  aws_section config 'profile role' "role_arn = $LAB_AWS_ROLE_ARN" 'credential_source = Environment' 'region = us-east-1'
}

# aws_process COMMAND: the profile dev with a credential_process; `aws_give` is the program that works.
aws_process() {
  aws_patience
  aws_no_keys
  aws_section config 'profile dev' "credential_process = $1" 'region = us-east-1'
  export AWS_PROFILE=dev
}

# aws_give [MEMBERS [KEY SECRET TOKEN]]: what the program says beside its keys, which are the lab's session unless others
# are named.
aws_give() {
  local key="${2:-$LAB_AWS_SESSION_ACCESS_KEY_ID}" secret="${3:-$LAB_AWS_SESSION_SECRET_ACCESS_KEY}" token="${4:-$LAB_AWS_SESSION_TOKEN}"
  own_program give-credentials "cat <<'END'
{\"Version\": 1, \"AccessKeyId\": \"$key\", \"SecretAccessKey\": \"$secret\", \"SessionToken\": \"$token\"${1:+, $1}}
END"
}

# aws_new_session: access key, secret and token of a new session of the role that the lab's session is of.
aws_new_session() {
  aws_admin sts assume-role --role-arn "$LAB_AWS_ROLE_ARN" --role-session-name "$NAME" \
    --query 'Credentials.[AccessKeyId,SecretAccessKey,SessionToken]' | tr '\t' ' '
}

# aws_server [OPTION…]: starts a server of the row's own, see aws-server.py; it is the endpoint from then on.
aws_server() {
  export AWS_STATE=$ROW/aws
  mkdir -p "$AWS_STATE"
  printf '%s %s %s\n' "$LAB_AWS_SESSION_ACCESS_KEY_ID" "$LAB_AWS_SESSION_SECRET_ACCESS_KEY" "$LAB_AWS_SESSION_TOKEN" >"$AWS_STATE/keys"
  "$LAB_PYTHON" -I "$MATRIX/kits/aws-server.py" "$AWS_STATE" "$LAB_AWS_ENDPOINT" "$@" </dev/null >"$AWS_STATE/log" 2>&1 &
  until_true 20 test -s "$AWS_STATE/port"
  export AWS_ENDPOINT_URL="http://127.0.0.1:$(cat "$AWS_STATE/port")"
}

# aws_login EXPIRY [MEMBERS]: the login of `aws sso login`, which ends at EXPIRY (a date as `date -d` reads it).
aws_login() {
  mkdir -p "$HOME/.aws/sso/cache"
  printf '{"startUrl": "https://corp.example/start", "region": "us-east-1", "accessToken": "x", "expiresAt": "%s"%s}\n' \
    "$(date -u -d "$1" +%Y-%m-%dT%H:%M:%SZ)" "${2:+, $2}" >"$HOME/.aws/sso/cache/$(printf corp | sha1sum | cut -d' ' -f1).json"
}

# aws_sso: the profile corp of single sign-on, logged in for eight hours.
aws_sso() {
  aws_patience
  aws_no_keys
  aws_server
  aws_section config 'profile corp' 'sso_session = corp' "sso_account_id = $LAB_AWS_ACCOUNT" 'sso_role_name = dev' 'region = us-east-1'
  aws_section config 'sso-session corp' 'sso_region = us-east-1' 'sso_start_url = https://corp.example/start' 'sso_registration_scopes = sso:account:access'
  aws_login '8 hours'
  export AWS_PROFILE=corp
}

# aws_own_user: the keys of a user of the row's own, who may do everything until its policy is deleted, as variables.
aws_own_user() {
  aws_admin iam create-user --user-name "$NAME" >/dev/null
  aws_admin iam put-user-policy --user-name "$NAME" --policy-name all --policy-document \
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'
  read -r AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY < <(aws_admin iam create-access-key --user-name "$NAME" \
    --query 'AccessKey.[AccessKeyId,SecretAccessKey]')
}

# aws_other_account: as aws_server, which then knows a user of the account 210987654321 too; her keys are `@other`.
aws_other_account() { aws_server --other "$(dirname "$LAB_AWS_CLI")"; }

# aws_admin COMMAND…: the AWS CLI as the lab's user, who may do everything, whatever the row has configured.
aws_admin() {
  env -u AWS_PROFILE -u AWS_SESSION_TOKEN -u LD_PRELOAD AWS_CONFIG_FILE=/nonexistent AWS_SHARED_CREDENTIALS_FILE=/nonexistent \
    AWS_ACCESS_KEY_ID="$LAB_AWS_ACCESS_KEY_ID" AWS_SECRET_ACCESS_KEY="$LAB_AWS_SECRET_ACCESS_KEY" \
    AWS_DEFAULT_REGION=us-east-1 AWS_ENDPOINT_URL="$LAB_AWS_ENDPOINT" "$LAB_AWS_CLI" --output text "$@"
}

# whoami_says TEXT: whether the AWS CLI, asked who we are, says so (here in what it prints or complains).
whoami_says() { AWS_MAX_ATTEMPTS=1 aws --cli-connect-timeout 3 --cli-read-timeout 3 sts get-caller-identity 2>&1 | grep -qF -- "$1"; }

# region_is REGION: whether the AWS CLI sees this one, or `not set`.
region_is() { aws configure list | grep -w region | grep -qw -- "$1"; }

# answer_of_endpoint [PATH]: the first line, or what came of it, that the endpoint answers within two seconds, and whether it ends (`end`).
answer_of_endpoint() {
  "$LAB_PYTHON" -I - "${AWS_ENDPOINT_URL#http://}" "${1:-/}" <<'PY'
import socket, sys, time
host, port = sys.argv[1].split(":")
end, data = time.monotonic() + 2, b""
with socket.create_connection((host, int(port)), 2) as connection:
    connection.sendall(b"GET " + sys.argv[2].encode() + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    try:
        while time.monotonic() < end and len(data) < 10_000_000:
            connection.settimeout(max(0.01, end - time.monotonic()))
            more = connection.recv(65536)
            data += more or b""
            if not more:
                print("end", end=" ")
                break
    except TimeoutError:
        pass
print(data.partition(b"\r\n")[0].decode(errors="replace"))
PY
}

# without_program NAME: a PATH without it, whatever this machine has installed.
without_program() {
  local folder farm=$ROW/programs
  rm -f "$HOME/bin/$1"
  mkdir -p "$farm"
  for folder in /bin /usr/bin; do
    find "$folder/" -maxdepth 1 ! -type d ! -name "$1" -exec ln -sf -t "$farm" {} +
  done
  export PATH="$HOME/bin:$farm"
}

# aws_clock SECONDS: the clock of what runs from here on is so far ahead; with a minus sign, behind.
aws_clock() { clock_library && export LD_PRELOAD="$ROW/clock.so" CLOCK_OFFSET="$1"; }

# aws_certificate: makes a certificate of its own authority for 127.0.0.1 ($ROW/own.pem, $ROW/own.key).
aws_certificate() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "/CN=$1" \
    -addext subjectAltName=IP:127.0.0.1 -keyout "$ROW/$1.key" -out "$ROW/$1.pem" 2>/dev/null
}

# aws_tls: asks over TLS, with the certificate's authority named in AWS_CA_BUNDLE.
aws_tls() {
  aws_certificate own
  aws_server --tls "$ROW/own.pem" "$ROW/own.key"
  export AWS_CA_BUNDLE=$ROW/own.pem AWS_ENDPOINT_URL="https://127.0.0.1:$(cat "$AWS_STATE/tls-port")"
}

# aws_web_identity: a role assumed with the token of a file, as in a pod of Kubernetes.
aws_web_identity() {
  aws_patience
  aws_no_keys
  aws_server
  printf good-token >"$AWS_STATE/token"
  printf good-token >"$ROW/web-token"
  export AWS_ROLE_ARN="$LAB_AWS_ROLE_ARN" AWS_WEB_IDENTITY_TOKEN_FILE="$ROW/web-token" AWS_ROLE_SESSION_NAME=pod
}

# aws_container: credentials of a container's endpoint, as in ECS.
aws_container() {
  aws_patience
  aws_no_keys
  aws_server
  export AWS_CONTAINER_CREDENTIALS_FULL_URI="$AWS_ENDPOINT_URL/container"
}

# aws_instance: credentials of the instance metadata service, as in EC2.
aws_instance() {
  aws_patience
  aws_no_keys
  aws_server
  unset AWS_EC2_METADATA_DISABLED
  export AWS_EC2_METADATA_SERVICE_ENDPOINT="$AWS_ENDPOINT_URL/"
}

# aws_forget: what the AWS CLI remembers of roles is gone, as after an hour.
aws_forget() { rm -rf "$HOME/.aws/cli/cache"; }
