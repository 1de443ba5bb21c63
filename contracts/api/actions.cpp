#include "contracts/api/actions.h"

namespace zimmock {
namespace {

constexpr ActionId kOther = ActionId::kNotEmulated;
constexpr std::string_view kGet = "GET", kPost = "POST";

constexpr Action kActions[] = {
    {"UserRegister", ActionId::kUserRegister, kPost, "user",
     "create IM accounts in bulk from the backend"},
    {"ImportPeerMsg", ActionId::kImportPeerMsg, kPost, "message",
     "import 1:1 history from another IM service"},
    {"QueryPeerMsg", ActionId::kQueryPeerMsg, kPost, "message",
     "page through messages of a 1:1 conversation"},
    {"RevokePeerMessage", ActionId::kRevokePeerMessage, kPost, "message",
     "recall a sent 1:1 message"},
    {"ClearPeerMessage", ActionId::kClearPeerMessage, kPost, "message",
     "wipe one user's view of a 1:1 conversation's messages"},
    {"QueryUserInfos", kOther, kPost, "user",
     "look up name, avatar, extra field for a list of user IDs"},
    {"ModifyUserInfo", kOther, kPost, "user", "change nickname, avatar, extra data of users"},
    {"QueryUserOnlineState", kOther, kGet, "user",
     "tell whether given users are online or offline"},
    {"QueryGroupsInfoOfUser", kOther, kPost, "user", "page through the groups a user belongs to"},
    {"AddFriends", kOther, kPost, "friend", "add friends for a user directly, no consent step"},
    {"SendFriendApplication", kOther, kPost, "friend", "send friend requests on a user's behalf"},
    {"DeleteFriends", kOther, kPost, "friend", "remove chosen friends, one-way or two-way"},
    {"DeleteAllFriends", kOther, kGet, "friend", "empty a user's friend list, one-way or two-way"},
    {"QueryFriendList", kOther, kGet, "friend", "page through a user's friends"},
    {"CheckFriendsRelation", kOther, kPost, "friend",
     "check friendship between one user and several others"},
    {"UpdateFriendsAlias", kOther, kPost, "friend", "change the remark names a user gives friends"},
    {"UpdateFriendAttributes", kOther, kPost, "friend",
     "set custom attributes (k0-k4) on a friend"},
    {"AddUsersToBlacklist", kOther, kPost, "blocklist", "block users for a user"},
    {"RemoveUsersFromBlacklist", kOther, kPost, "blocklist", "unblock users for a user"},
    {"QueryBlacklist", kOther, kGet, "blocklist", "page through a user's blocked users"},
    {"CheckUsersIsInBlacklist", kOther, kPost, "blocklist",
     "check whether given users are blocked by a user"},
    {"SendPeerMessage", kOther, kPost, "message", "send a 1:1 message to one or many users"},
    {"SendGroupMessage", kOther, kPost, "message", "send a message into a group"},
    {"SendRoomMessage", kOther, kPost, "message", "send a message to everyone online in a room"},
    {"SendMessageToAllUsers", kOther, kPost, "message", "broadcast to all users of the app"},
    {"RevokeGroupMessage", kOther, kPost, "message", "recall a sent group message"},
    {"RevokeRoomMessage", kOther, kPost, "message", "recall a sent room message"},
    {"EditC2cMsgBody", kOther, kPost, "message", "edit a sent 1:1 message"},
    {"EditGroupMsgBody", kOther, kPost, "message", "edit a sent group message"},
    {"ImportGroupMsg", kOther, kPost, "message", "import group history from another IM service"},
    {"QueryMessagesByMsgSeq", kOther, kPost, "message",
     "fetch messages of one conversation by sequence numbers"},
    {"ClearMemberGroupMessage", kOther, kPost, "message",
     "empty a group's messages for one member only"},
    {"C2cReadReceipt", kOther, kPost, "message", "set read receipts on 1:1 messages"},
    {"GroupReadReceipt", kOther, kPost, "message", "set read receipts on group messages"},
    {"C2cDeliveryReceipt", kOther, kPost, "message", "set delivery receipts on 1:1 messages"},
    {"GroupDeliveryReceipt", kOther, kPost, "message", "set delivery receipts on group messages"},
    {"CreateGroup", kOther, kPost, "group", "create a group with owner and initial members"},
    {"DismissGroup", kOther, kGet, "group", "disband a group"},
    {"InviteUsersIntoGroup", kOther, kPost, "group", "add members to a group in bulk"},
    {"KickoutGroupUser", kOther, kPost, "group", "remove members from a group"},
    {"QueryGroupInfo", kOther, kPost, "group",
     "read one group's profile, limits, mute state, attributes"},
    {"UpdateGroupData", kOther, kPost, "group", "change group name, avatar, notice"},
    {"ModifyGroupAttribute", kOther, kPost, "group", "set or delete custom group attributes"},
    {"ModifyGroupLimit", kOther, kGet, "group", "change join/invite modes and member cap"},
    {"QueryAppGroupList", kOther, kGet, "group", "page through all groups of the app"},
    {"QueryGroupMemberList", kOther, kPost, "group", "page through a group's members"},
    {"TransferGroupOwner", kOther, kGet, "group", "hand group ownership to another member"},
    {"SetGroupMemberRole", kOther, kGet, "group", "assign a role to group members"},
    {"SetGroupMembersNickname", kOther, kPost, "group", "change members' in-group nicknames"},
    {"MuteGroup", kOther, kGet, "group", "mute or unmute the whole group or certain roles"},
    {"MuteGroupMembers", kOther, kGet, "group", "mute or unmute particular members"},
    {"FetchForbidGroupList", kOther, kPost, "group", "list all muted groups of the app"},
    {"CreateRoom", kOther, kPost, "room", "create a room, optionally with attributes"},
    {"DestroyRoom", kOther, kGet, "room", "destroy a room"},
    {"QueryRoomAttribute", kOther, kPost, "room", "read all attributes of a room"},
    {"ModifyRoomAttribute", kOther, kPost, "room", "update custom room attributes"},
    {"QueryRoomUserList", kOther, kGet, "room", "page through users in a room with the count"},
    {"QueryRoomMembers", kOther, kGet, "room", "check whether given users are in a room"},
    {"KickoutRoomUser", kOther, kGet, "room", "remove users from a room"},
    {"QueryConversationList", kOther, kPost, "conversation", "page through a user's conversations"},
    {"QueryGroupMsg", kOther, kPost, "conversation",
     "page through messages of a group conversation"},
    {"DeleteConv", kOther, kPost, "conversation", "delete a conversation on the server"},
    {"ClearConversationUnread", kOther, kGet, "conversation",
     "reset a conversation's unread count for a user"},
    {"SilenceConvNotification", kOther, kPost, "conversation",
     "turn do-not-disturb on or off for conversations"},
    {"ConvPinned", kOther, kPost, "conversation", "pin or unpin conversations for a user"},
    {"SetConvMark", kOther, kPost, "conversation", "set or clear marks on conversations"},
    {"CallInvite", kOther, kPost, "call", "start a normal-mode call invitation"},
    {"CallAccept", kOther, kGet, "call", "accept a call invitation for a user"},
    {"CallReject", kOther, kGet, "call", "reject a call invitation for a user"},
    {"RobotRegister", kOther, kPost, "bot", "register bot accounts (IDs start with @RBT#)"},
    {"QueryAppCommunityList", kOther, kGet, "community", "page through the communities of the app"},
    {"CgiDescribeZIMAudioLicense", kOther, kGet, "audio", "obtain a license of ZIM Audio",
     "auth-api.zego.im"},
};

}  // namespace

std::span<const Action> actions() { return kActions; }

const Action* find_action(std::string_view name) {
  for (const Action& candidate : kActions) {
    if (candidate.name == name && candidate.host.empty()) return &candidate;
  }
  return nullptr;
}

std::string_view host_elsewhere(std::string_view name) {
  for (const Action& candidate : kActions) {
    if (candidate.name == name) return candidate.host;
  }
  return "";
}

const Action& action(ActionId id) { return kActions[static_cast<std::size_t>(id)]; }

std::vector<std::string_view> action_names() {
  std::vector<std::string_view> out;
  for (const Action& candidate : kActions) {
    if (candidate.host.empty()) out.push_back(candidate.name);
  }
  return out;
}

}  // namespace zimmock
