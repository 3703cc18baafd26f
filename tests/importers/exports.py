"""Builds account authorization details for tests."""

ACCOUNT = "111122223333"


def document(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(action, resource="*"):
    return {"Effect": "Allow", "Action": action, "Resource": resource}


def deny(action, resource="*"):
    return {"Effect": "Deny", "Action": action, "Resource": resource}


def trust(principal):
    return {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}


def user(name, *statements):
    own = [{"PolicyName": "own", "PolicyDocument": document(*statements)}] if statements else []
    return {"UserName": name, "Arn": f"arn:aws:iam::{ACCOUNT}:user/{name}", "UserPolicyList": own}


def role(name, trusted=None, *statements):
    own = [{"PolicyName": "own", "PolicyDocument": document(*statements)}] if statements else []
    return {
        "RoleName": name,
        "Arn": f"arn:aws:iam::{ACCOUNT}:role/{name}",
        "AssumeRolePolicyDocument": document(*([trusted] if trusted else [])),
        "RolePolicyList": own,
    }


def export(users=(), roles=(), groups=(), policies=()):
    return {
        "UserDetailList": list(users),
        "GroupDetailList": list(groups),
        "RoleDetailList": list(roles),
        "Policies": list(policies),
    }


def attached(*arns):
    """What a user, role or group has attached."""
    named = [{"PolicyName": each.rpartition("/")[2], "PolicyArn": each} for each in arns]
    return {"AttachedManagedPolicies": named}


def managed(arn, *documents):
    """A policy with versions, of which the last is the default."""
    return {
        "PolicyName": arn.rpartition("/")[2],
        "Arn": arn,
        "PolicyVersionList": [
            {"VersionId": f"v{number}", "IsDefaultVersion": number == len(documents), "Document": each}
            for number, each in enumerate(documents, 1)
        ],
    }


def under(statement, **condition):
    """A statement with a condition, by its operator."""
    return statement | {"Condition": condition}
