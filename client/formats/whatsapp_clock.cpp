#include "client/formats/whatsapp_clock.h"

#include <optional>

namespace zimmock::client {
namespace {

constexpr std::size_t kMaxWordBytes = 40;

// Twelve hours of which a word says that the time is in them; `last` is before `first` where they
// go past midnight.
struct Hours {
  int first;
  int last;
};
constexpr Hours kMorning{0, 11};
constexpr Hours kNoon{8, 19};
constexpr Hours kAfternoon{12, 23};
constexpr Hours kEvening{16, 3};
constexpr Hours kNight{18, 5};

struct HalfDay {
  std::string_view word;
  Hours hours;
};

// As phones write them behind the time, or (East Asia) before it: the halves and periods of the
// day of Unicode's CLDR.
constexpr HalfDay kHalfDays[] = {
    // Latin
    {"a. m.", kMorning},
    {"p. m.", kAfternoon},
    {"a.m.", kMorning},
    {"p.m.", kAfternoon},
    {"am", kMorning},
    {"pm", kAfternoon},
    {"in the morning", kMorning},
    {"in the afternoon", kAfternoon},
    {"in the evening", kEvening},
    {"at night", kNight},
    {"noon", kNoon},
    {"midnight", kMorning},
    {"vorm.", kMorning},
    {"nachm.", kAfternoon},
    {"morgens", kMorning},
    {"vormittags", kMorning},
    {"mittags", kNoon},
    {"nachmittags", kAfternoon},
    {"abends", kEvening},
    {"nachts", kNight},
    {"de la madrugada", kMorning},
    {"de la mañana", kMorning},
    {"de la tarde", kAfternoon},
    {"de la noche", kEvening},
    {"del mediodía", kNoon},
    {"da madrugada", kMorning},
    {"da manhã", kMorning},
    {"da tarde", kAfternoon},
    {"da noite", kEvening},
    {"du matin", kMorning},
    {"de l’après-midi", kAfternoon},
    {"du soir", kEvening},
    {"di mattina", kMorning},
    {"del mattino", kMorning},
    {"del pomeriggio", kAfternoon},
    {"di sera", kEvening},
    {"di notte", kNight},
    {"de.", kMorning},
    {"du.", kAfternoon},
    {"dop.", kMorning},
    {"odp.", kAfternoon},
    {"dopoludnia", kMorning},
    {"popoludní", kAfternoon},
    {"pop.", kAfternoon},
    {"fm", kMorning},
    {"em", kAfternoon},
    {"f.m.", kMorning},
    {"e.m.", kAfternoon},
    {"ap.", kMorning},
    {"ip.", kAfternoon},
    {"e paradites", kMorning},
    {"e pasdites", kAfternoon},
    {"paradite", kMorning},
    {"pasdite", kAfternoon},
    {"priešpiet", kMorning},
    {"popiet", kAfternoon},
    {"priekšpusdienā", kMorning},
    {"pēcpusdienā", kAfternoon},
    {"ÖÖ", kMorning},
    {"ÖS", kAfternoon},
    {"SA", kMorning},
    {"CH", kAfternoon},
    {"PG", kMorning},
    {"PTG", kAfternoon},
    {"pagi", kMorning},
    {"siang", kNoon},
    {"sore", kAfternoon},
    {"malam", kNight},
    // Greek, Cyrillic
    {"π.μ.", kMorning},
    {"μ.μ.", kAfternoon},
    {"πμ", kMorning},
    {"μμ", kAfternoon},
    {"пр.об.", kMorning},
    {"сл.об.", kAfternoon},
    {"дп", kMorning},
    {"пп", kAfternoon},
    {"утра", kMorning},
    {"дня", kAfternoon},
    {"вечера", kEvening},
    {"ночи", kNight},
    {"ночі", kNight},
    {"ранку", kMorning},
    {"вечора", kEvening},
    {"претпладне", kMorning},
    {"попладне", kAfternoon},
    // Hebrew, Arabic
    {"לפנה״צ", kMorning},
    {"אחה״צ", kAfternoon},
    {"לפנה\"צ", kMorning},
    {"אחה\"צ", kAfternoon},
    {"صباحًا", kMorning},
    {"مساءً", kEvening},
    {"ص", kMorning},
    {"م", kAfternoon},
    {"ق.ظ.", kMorning},
    {"ب.ظ.", kAfternoon},
    {"قبل‌ازظهر", kMorning},
    {"بعدازظهر", kAfternoon},
    {"صبح", kMorning},
    {"دوپہر", kNoon},
    {"شام", kEvening},
    {"رات", kNight},
    // South Asia
    {"पूर्वाह्न", kMorning},
    {"अपराह्न", kAfternoon},
    {"म.पू.", kMorning},
    {"म.उ.", kAfternoon},
    {"सुबह", kMorning},
    {"सकाळी", kMorning},
    {"दोपहर", kNoon},
    {"दुपारी", kNoon},
    {"शाम", kEvening},
    {"संध्याकाळी", kEvening},
    {"रात", kNight},
    {"रात्री", kNight},
    {"পূর্বাহ্ণ", kMorning},
    {"অপরাহ্ণ", kAfternoon},
    {"সকাল", kMorning},
    {"দুপুর", kNoon},
    {"বিকাল", kAfternoon},
    {"সন্ধ্যা", kEvening},
    {"রাত", kNight},
    {"સવારે", kMorning},
    {"બપોરે", kNoon},
    {"સાંજે", kEvening},
    {"રાત્રે", kNight},
    {"ਪੂ.ਦੁ.", kMorning},
    {"ਬਾ.ਦੁ.", kAfternoon},
    {"முற்பகல்", kMorning},
    {"பிற்பகல்", kAfternoon},
    {"ఉదయం", kMorning},
    {"మధ్యాహ్నం", kNoon},
    {"సాయంత్రం", kEvening},
    {"రాత్రి", kNight},
    {"ಪೂರ್ವಾಹ್ನ", kMorning},
    {"ಅಪರಾಹ್ನ", kAfternoon},
    {"පෙ.ව.", kMorning},
    {"ප.ව.", kAfternoon},
    // East Asia
    {"上午", kMorning},
    {"下午", kAfternoon},
    {"午前", kMorning},
    {"午後", kAfternoon},
    {"凌晨", kMorning},
    {"清晨", kMorning},
    {"早上", kMorning},
    {"早晨", kMorning},
    {"中午", kNoon},
    {"正午", kNoon},
    {"傍晚", kEvening},
    {"晚上", kEvening},
    {"晚間", kEvening},
    {"午夜", kNight},
    {"半夜", kNight},
    {"夜中", kNight},
    {"朝", kMorning},
    {"昼", kNoon},
    {"夕方", kEvening},
    {"夜", kNight},
    {"오전", kMorning},
    {"오후", kAfternoon},
    {"새벽", kMorning},
    {"아침", kMorning},
    {"낮", kNoon},
    {"저녁", kEvening},
    {"밤", kNight},
    {"ก่อนเที่ยง", kMorning},
    {"หลังเที่ยง", kAfternoon},
    {"ກ່ອນທ່ຽງ", kMorning},
    {"ຫຼັງທ່ຽງ", kAfternoon},
    {"sáng", kMorning},
    {"trưa", kNoon},
    {"chiều", kAfternoon},
    {"tối", kEvening},
    {"đêm", kNight},
};

// Of a word that is not known, no hour is.
constexpr Hours kUnknownHours{-1, -1};

// A word before or behind the time.
std::optional<Hours> take_half_day(WhatsAppCursor& cursor) {
  for (const HalfDay& row : kHalfDays) {
    if (cursor.take_word(row.word)) return row.hours;
  }
  if (cursor.take_letters(kMaxWordBytes)) return kUnknownHours;
  return std::nullopt;
}

int hour_of_day(int hour, Hours hours) {
  if (hours.first < 0) return -1;
  if (hour > 12) return hour;
  for (const int candidate : {hour % 12, hour % 12 + 12}) {
    const bool after = candidate >= hours.first;
    const bool before = candidate <= hours.last;
    if (hours.first <= hours.last ? after && before : after || before) return candidate;
  }
  return -1;
}

}  // namespace

bool take_time(WhatsAppCursor& cursor, WhatsAppTime& out) {
  out = {};
  auto half = take_half_day(cursor);
  cursor.take_spaces();
  if (cursor.take_number(2, out.hour) == 0) return false;
  out.separator = cursor.peek() == '.' ? '.' : ':';
  if (!cursor.take(out.separator) || cursor.take_number(2, out.minute) != 2) return false;
  WhatsAppCursor behind = cursor;  // the colon may be what follows the time
  int second = 0;
  out.seconds = behind.take(out.separator) && behind.take_number(2, second) == 2;
  if (out.seconds) {
    out.second = second;
    cursor = behind;
  }
  behind = cursor;
  behind.take_spaces();
  if (!half) {
    half = take_half_day(behind);
    if (half) cursor = behind;
  }
  out.half_days = half.has_value();
  if (half) out.hour = hour_of_day(out.hour, *half);
  return true;
}

}  // namespace zimmock::client
