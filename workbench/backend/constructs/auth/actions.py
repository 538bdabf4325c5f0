"""What a function may be granted on a user pool, in Amplify's words, as Cognito's operations."""

from __future__ import annotations

from collections.abc import Mapping

ACTIONS: Mapping[str, tuple[str, ...]] = {
    "manageUsers": (
        "AdminConfirmSignUp",
        "AdminCreateUser",
        "AdminDeleteUser",
        "AdminDeleteUserAttributes",
        "AdminDisableUser",
        "AdminEnableUser",
        "AdminGetUser",
        "AdminListGroupsForUser",
        "AdminRespondToAuthChallenge",
        "AdminSetUserMFAPreference",
        "AdminSetUserSettings",
        "AdminUpdateUserAttributes",
        "AdminUserGlobalSignOut",
    ),
    "manageGroupMembership": ("AdminAddUserToGroup", "AdminRemoveUserFromGroup"),
    "manageGroups": ("GetGroup", "ListGroups", "CreateGroup", "DeleteGroup", "UpdateGroup"),
    "manageUserDevices": (
        "AdminForgetDevice",
        "AdminGetDevice",
        "AdminListDevices",
        "AdminUpdateDeviceStatus",
    ),
    "managePasswordRecovery": ("AdminResetUserPassword", "AdminSetUserPassword"),
    "manageProviderForUser": ("AdminLinkProviderForUser",),
    "addUserToGroup": ("AdminAddUserToGroup",),
    "createGroup": ("CreateGroup",),
    "createUser": ("AdminCreateUser",),
    "deleteGroup": ("DeleteGroup",),
    "deleteUser": ("AdminDeleteUser",),
    "deleteUserAttributes": ("AdminDeleteUserAttributes",),
    "disableUser": ("AdminDisableUser",),
    "enableUser": ("AdminEnableUser",),
    "forgetDevice": ("AdminForgetDevice",),
    "getDevice": ("AdminGetDevice",),
    "getGroup": ("GetGroup",),
    "getUser": ("AdminGetUser",),
    "listUsers": ("ListUsers",),
    "listUsersInGroup": ("ListUsersInGroup",),
    "listDevices": ("AdminListDevices",),
    "listGroups": ("ListGroups",),
    "listGroupsForUser": ("AdminListGroupsForUser",),
    "removeUserFromGroup": ("AdminRemoveUserFromGroup",),
    "resetUserPassword": ("AdminResetUserPassword",),
    "setUserMfaPreference": ("AdminSetUserMFAPreference",),
    "setUserPassword": ("AdminSetUserPassword",),
    "setUserSettings": ("AdminSetUserSettings",),
    "updateDeviceStatus": ("AdminUpdateDeviceStatus",),
    "updateGroup": ("UpdateGroup",),
    "updateUserAttributes": ("AdminUpdateUserAttributes",),
}


def iam_actions(actions: tuple[str, ...]) -> list[str]:
    """The IAM actions of some of Amplify's, each once."""
    names = dict.fromkeys(name for action in actions for name in ACTIONS[action])
    return [f"cognito-idp:{name}" for name in names]
