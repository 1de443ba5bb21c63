#include "contracts/api/actions.h"

namespace zimmock {
namespace {

constexpr ActionId kOther = ActionId::kNotEmulated;

constexpr Action kActions[] = {
    {"UserRegister", ActionId::kUserRegister, "user",
     "create IM accounts in bulk from the backend"},
    {"ImportPeerMsg", ActionId::kImportPeerMsg, "message",
     "import 1:1 history from another IM service"},
    {"QueryPeerMsg", ActionId::kQueryPeerMsg, "message",
     "page through messages of a 1:1 conversation"},
    {"RevokePeerMessage", ActionId::kRevokePeerMessage, "message", "recall a sent 1:1 message"},
    {"ClearPeerMessage", ActionId::kClearPeerMessage, "message",
     "wipe one user's view of a 1:1 conversation's messages"},
    {"QueryUserInfos", kOther, "user", "look up name, avatar, extra field for a list of user IDs"},
    {"ModifyUserInfo", kOther, "user", "change nickname, avatar, extra data of users"},
    {"QueryUserOnlineState", kOther, "user", "tell whether given users are online or offline"},
    {"QueryGroupsInfoOfUser", kOther, "user", "page through the groups a user belongs to"},
    {"AddFriends", kOther, "friend", "add friends for a user directly, no consent step"},
    {"SendFriendApplication", kOther, "friend", "send friend requests on a user's behalf"},
    {"DeleteFriends", kOther, "friend", "remove chosen friends, one-way or two-way"},
    {"DeleteAllFriends", kOther, "friend", "empty a user's friend list, one-way or two-way"},
    {"QueryFriendList", kOther, "friend", "page through a user's friends"},
    {"CheckFriendsRelation", kOther, "friend",
     "check friendship between one user and several others"},
    {"UpdateFriendsAlias", kOther, "friend", "change the remark names a user gives friends"},
    {"UpdateFriendAttributes", kOther, "friend", "set custom attributes (k0-k4) on a friend"},
    {"AddUsersToBlacklist", kOther, "blocklist", "block users for a user"},
    {"RemoveUsersFromBlacklist", kOther, "blocklist", "unblock users for a user"},
    {"QueryBlacklist", kOther, "blocklist", "page through a user's blocked users"},
    {"CheckUsersIsInBlacklist", kOther, "blocklist",
     "check whether given users are blocked by a user"},
    {"SendPeerMessage", kOther, "message", "send a 1:1 message to one or many users"},
    {"SendGroupMessage", kOther, "message", "send a message into a group"},
    {"SendRoomMessage", kOther, "message", "send a message to everyone online in a room"},
    {"SendMessageToAllUsers", kOther, "message", "broadcast to all users of the app"},
    {"RevokeGroupMessage", kOther, "message", "recall a sent group message"},
    {"RevokeRoomMessage", kOther, "message", "recall a sent room message"},
    {"EditC2cMsgBody", kOther, "message", "edit a sent 1:1 message"},
    {"EditGroupMsgBody", kOther, "message", "edit a sent group message"},
    {"ImportGroupMsg", kOther, "message", "import group history from another IM service"},
    {"QueryMessagesByMsgSeq", kOther, "message",
     "fetch messages of one conversation by sequence numbers"},
    {"ClearMemberGroupMessage", kOther, "message", "delete everything one member sent in a group"},
    {"GroupReadReceipt", kOther, "message", "set read receipts on group messages"},
    {"CreateGroup", kOther, "group", "create a group with owner and initial members"},
    {"DismissGroup", kOther, "group", "disband a group"},
    {"InviteUsersIntoGroup", kOther, "group", "add members to a group in bulk"},
    {"KickoutGroupUser", kOther, "group", "remove members from a group"},
    {"QueryGroupInfo", kOther, "group", "read one group's profile, limits, mute state, attributes"},
    {"UpdateGroupData", kOther, "group", "change group name, avatar, notice"},
    {"ModifyGroupAttribute", kOther, "group", "set or delete custom group attributes"},
    {"ModifyGroupLimit", kOther, "group", "change join/invite modes and member cap"},
    {"QueryAppGroupList", kOther, "group", "page through all groups of the app"},
    {"QueryGroupMemberList", kOther, "group", "page through a group's members"},
    {"TransferGroupOwner", kOther, "group", "hand group ownership to another member"},
    {"SetGroupMemberRole", kOther, "group", "assign a role to group members"},
    {"SetGroupMembersNickname", kOther, "group", "change members' in-group nicknames"},
    {"MuteGroup", kOther, "group", "mute or unmute the whole group or certain roles"},
    {"MuteGroupMembers", kOther, "group", "mute or unmute particular members"},
    {"FetchForbidGroupList", kOther, "group", "list all muted groups of the app"},
    {"CreateRoom", kOther, "room", "create a room, optionally with attributes"},
    {"DestroyRoom", kOther, "room", "destroy a room"},
    {"QueryRoomAttribute", kOther, "room", "read all attributes of a room"},
    {"ModifyRoomAttribute", kOther, "room", "update custom room attributes"},
    {"QueryRoomUserList", kOther, "room", "page through users in a room with the count"},
    {"QueryRoomMembers", kOther, "room", "check whether given users are in a room"},
    {"KickoutRoomUser", kOther, "room", "remove users from a room"},
    {"QueryConversationList", kOther, "conversation", "page through a user's conversations"},
    {"QueryGroupMsg", kOther, "conversation", "page through messages of a group conversation"},
    {"DeleteConv", kOther, "conversation", "delete a conversation on the server"},
    {"ClearConversationUnread", kOther, "conversation",
     "reset a conversation's unread count for a user"},
    {"SilenceConvNotification", kOther, "conversation",
     "turn do-not-disturb on or off for conversations"},
    {"ConvPinned", kOther, "conversation", "pin or unpin conversations for a user"},
    {"SetConvMark", kOther, "conversation", "set or clear marks on conversations"},
    {"CallInvite", kOther, "call", "start a normal-mode call invitation"},
    {"CallAccept", kOther, "call", "accept a call invitation for a user"},
    {"CallReject", kOther, "call", "reject a call invitation for a user"},
    {"RobotRegister", kOther, "bot", "register bot accounts (IDs start with @RBT#)"},
};

}  // namespace

std::span<const Action> actions() { return kActions; }

const Action* find_action(std::string_view name) {
  for (const Action& candidate : kActions) {
    if (candidate.name == name) return &candidate;
  }
  return nullptr;
}

const Action& action(ActionId id) { return kActions[static_cast<std::size_t>(id)]; }

std::vector<std::string_view> action_names() {
  std::vector<std::string_view> out;
  for (const Action& candidate : kActions) out.push_back(candidate.name);
  return out;
}

}  // namespace zimmock
