"""Makes the lab's AWS identities on a fresh moto server, and prints the exports as JSON. Arguments: endpoint, region.

The first UNCHECKED requests are not checked by the server; the rest prove that the checks are on and pass.
"""

from __future__ import annotations

import json
import sys

import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError

UNCHECKED = 5
USER, ROLE = "handoff-lab", "handoff-lab-role"


def client(service: str, endpoint: str, region: str, *credentials: str):
    session = botocore.session.Session()
    session.set_credentials(*credentials)
    return session.create_client(
        service, region, endpoint_url=endpoint, config=Config(retries={"total_max_attempts": 1})
    )


def main(endpoint: str, region: str) -> dict:
    allow_all = json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    )
    trust = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}],
        }
    )
    iam = client("iam", endpoint, region, "unchecked", "unchecked")
    user = iam.create_user(UserName=USER)["User"]
    iam.put_user_policy(UserName=USER, PolicyName="all", PolicyDocument=allow_all)
    key = iam.create_access_key(UserName=USER)["AccessKey"]
    role = iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=trust)["Role"]
    iam.put_role_policy(RoleName=ROLE, PolicyName="all", PolicyDocument=allow_all)
    # From here on everything is checked.
    try:
        client("sts", endpoint, region, key["AccessKeyId"], "not the secret").get_caller_identity()
        sys.exit("the server takes a wrong secret: its checks are off")
    except ClientError as error:
        if error.response["Error"]["Code"] != "SignatureDoesNotMatch":
            raise
    sts = client("sts", endpoint, region, key["AccessKeyId"], key["SecretAccessKey"])
    session = sts.assume_role(RoleArn=role["Arn"], RoleSessionName="handoff-lab-session")
    return {
        "HANDOFF_LAB_AWS_USER_ARN": user["Arn"],
        "HANDOFF_LAB_AWS_ACCESS_KEY_ID": key["AccessKeyId"],
        "HANDOFF_LAB_AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
        "HANDOFF_LAB_AWS_ROLE_ARN": role["Arn"],
        "HANDOFF_LAB_AWS_SESSION_ARN": session["AssumedRoleUser"]["Arn"],
        "HANDOFF_LAB_AWS_SESSION_ACCESS_KEY_ID": session["Credentials"]["AccessKeyId"],
        "HANDOFF_LAB_AWS_SESSION_SECRET_ACCESS_KEY": session["Credentials"]["SecretAccessKey"],
        "HANDOFF_LAB_AWS_SESSION_TOKEN": session["Credentials"]["SessionToken"],
        "HANDOFF_LAB_AWS_SESSION_EXPIRATION": session["Credentials"]["Expiration"].strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
