--- Japanese. The sentences are Amazon's; the words for enum values and the forms of dates were not
--- found and are composed. How this file is read is explained in en.lua.
---
--- The newer page has three other samples, whose templates are not known and which are not used
--- here: お住まいの地域で大雪特別警報が発表されました。天気予報チャンネルからの通知です · フルーツリーグのアップデート、オレンジズ1点、アップルズ2点 ·
--- 山田太郎からのメッセージが5件あります

local from = require "proactive.schema.sources"

return {
  sources = { from.SCHEMAS_JA },

  months = { "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12" },
  date = "~{year}年{month}月{day}日",
  clock = "~{hour}時[{minute}分]",
  moment = "~{date}{clock}",
  halves = { "午前", "午後" },

  singular = {},
  numbers = {},
  list = { between = "~、", last = "~、" },

  words = {
    alertType = {
      TORNADO = "~竜巻警報",
      HURRICANE = "~ハリケーン警報",
      SNOW_STORM = "~暴風雪警報",
      THUNDER_STORM = "~雷雨警報",
    },
    status = { UNREAD = "~未読", FLAGGED = "~フラグ付き" },
    freshness = { NEW = "~新着", OVERDUE = "~期限切れ" },
    urgency = { URGENT = "~緊急" },
    confirmationStatus = {
      CONFIRMED = "~確定",
      CANCELED = "~キャンセル",
      RESCHEDULED = "~日程変更",
      REQUESTED = "~リクエスト",
      CREATED = "~作成",
      UPDATED = "~更新",
      RECEIVED = "~受理",
    },
    occasionType = {
      RESERVATION_REQUEST = "~予約リクエスト",
      RESERVATION = "~予約",
      APPOINTMENT_REQUEST = "~アポイントメントのリクエスト",
      APPOINTMENT = "~アポイントメント",
    },
    collectionDayOfWeek = {
      MONDAY = "~月曜日",
      TUESDAY = "~火曜日",
      WEDNESDAY = "~水曜日",
      THURSDAY = "~木曜日",
      FRIDAY = "~金曜日",
      SATURDAY = "~土曜日",
      SUNDAY = "~日曜日",
    },
    garbageTypes = {
      BOTTLES = "~びん",
      BULKY = "~粗大ごみ",
      BURNABLE = "~燃えるごみ",
      CANS = "~缶",
      CLOTHING = "~衣類",
      COMPOSTABLE = "~堆肥化できるごみ",
      CRUSHABLE = "~破砕ごみ",
      GARDEN_WASTE = "~庭ごみ",
      GLASS = "~ガラス",
      HAZARDOUS = "~有害ごみ",
      HOME_APPLIANCES = "~家電",
      KITCHEN_WASTE = "~生ごみ",
      LANDFILL = "~埋立ごみ",
      PET_BOTTLES = "~ペットボトル",
      RECYCLABLE_PLASTICS = "~資源プラスチック",
      WASTE_PAPER = "~古紙",
    },
    method = {
      STREAM = "~配信",
      AIR = "~放送",
      RELEASE = "~リリース",
      PREMIERE = "~初公開",
      DROP = "~発表",
    },
    relationshipToInvitee = { FRIEND = "~お友達", CONTACT = "~連絡先" },
    inviteType = { CHALLENGE = "~挑戦", INVITE = "~招待" },
    offer = { MATCH = "~対戦", REMATCH = "~再戦", GAME = "~ゲーム" },
  },

  events = {
    ["AMAZON.WeatherAlert.Activated"] = "この地域に{weatherAlert.alertType}が発令されています。"
      .. "[この情報は{weatherAlert.source}がお送りしています]",

    ["AMAZON.SportsEvent.Updated"] = "{sportsEvent.eventLeague.name}の試合速報です。"
      .. "[{update.teamName}が得点しました。]"
      .. "{sportsEvent.awayTeamStatistic.team.name}{sportsEvent.awayTeamStatistic.score}点、"
      .. "{sportsEvent.homeTeamStatistic.team.name}{sportsEvent.homeTeamStatistic.score}点です",

    ["AMAZON.MessageAlert.Activated"] = "{messageGroup.creator.name}から、"
      .. "{messageGroup.count}件の[{state.freshness}、]{state.status}[、{messageGroup.urgency}]の"
      .. "メッセージが届いています",

    ["AMAZON.OrderStatus.Updated"] = {
      choose = "state.status",
      PREORDER_RECEIVED = "{order.seller.name}での予約注文を受け付けました。",
      ORDER_RECEIVED = "{order.seller.name}でのご注文を受け付けました。",
      ORDER_PREPARING = "{order.seller.name}でのご注文は出荷準備中です。",
      ORDER_SHIPPED = {
        "{order.seller.name}でのご注文は出荷済みです。"
          .. "{state.deliveryDetails.expectedArrival:date}までのお届け予定です。",
        "~{order.seller.name}でのご注文は出荷済みです。",
      },
      ORDER_OUT_FOR_DELIVERY = {
        "{order.seller.name}でのご注文は配達中です。"
          .. "{state.deliveryDetails.expectedArrival:date}までのお届け予定です。",
        "~{order.seller.name}でのご注文は配達中です。",
      },
      ORDER_DELIVERED = {
        "{order.seller.name}でのご注文は{state.deliveredOn:date}に配達を完了しました。",
        "{order.seller.name}でのご注文は配達を完了しています。",
      },
    },

    ["AMAZON.Occasion.Updated"] = "{occasion.bookingTime:date}の{occasion.provider.name}での"
      .. "{occasion.subject}の{occasion.occasionType}が{state.confirmationStatus}されました。"
      .. "[『{skill}で確認して』と言ってください]",

    ["AMAZON.TrashCollectionAlert.Activated"] = "次の{alert.collectionDayOfWeek}は、"
      .. "{alert.garbageTypes}の収集日です",

    ["AMAZON.MediaContent.Available"] = {
      "{content.name}は、{availability.startTime:moment}に{availability.provider.name}で"
        .. "{availability.method}されます",
      "~{content.name}は、{availability.startTime:moment}に{availability.method}されます",
    },

    ["AMAZON.SocialGameInvite.Available"] = "{invite.relationshipToInvitee}の{invite.inviter.name}"
      .. "から、{game.name}の{game.offer}に{invite.inviteType}されました",
  },
}
