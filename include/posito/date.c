#include <posito/date.h>

#define YEAR_FIRST 1900
#define YEAR_LAST 2999
#define DAYS_FIRST (-25567) /* 1900-01-01 */
#define DAYS_LAST 376199    /* 2999-12-31 */
#define MS_A_DAY INT64_C(86400000)

/* The algorithms are Howard Hinnant's ("chrono-compatible low-level date
 * algorithms"): years begin in March, so that a leap day is the last one,
 * and 400 years are always 146,097 days. */

struct date date_of(int year, int month, int day)
{
    int march_year = month <= 2 ? year - 1 : year;
    int era = (march_year >= 0 ? march_year : march_year - 399) / 400;
    int year_of_era = march_year - era * 400;
    int day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    int day_of_era = year_of_era * 365 + year_of_era / 4 -
        year_of_era / 100 + day_of_year;
    return (struct date){ era * 146097 + day_of_era - 719468 };
}

void date_split(struct date date, int *year, int *month, int *day)
{
    int64_t days = (int64_t)date.days + 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int day_of_era = (int)(days - era * 146097);
    int year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 -
        day_of_era / 146096) / 365;
    int day_of_year = day_of_era -
        (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int month_from_march = (5 * day_of_year + 2) / 153;
    *day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    *month = (month_from_march + 2) % 12 + 1;
    *year = year_of_era + (int)era * 400 + (*month <= 2);
}

static int date_days_in_month(int year, int month)
{
    static const int days[12] = {
        31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31
    };
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (month == 2 && leap);
}

bool date_exists(int year, int month, int day)
{
    return year >= YEAR_FIRST && year <= YEAR_LAST && month >= 1 &&
        month <= 12 && day >= 1 && day <= date_days_in_month(year, month);
}

int date_weekday(struct date date)
{
    /* 1970-01-01 was a Thursday. */
    return (int)((((int64_t)date.days + 3) % 7 + 7) % 7);
}

bool date_add_days(struct date date, int32_t days, struct date *out)
{
    int64_t sum = (int64_t)date.days + days;
    if (sum < DAYS_FIRST || sum > DAYS_LAST)
        return false;
    out->days = (int32_t)sum;
    return true;
}

bool date_add_months(struct date date, int32_t months, struct date *out)
{
    int year, month, day;
    date_split(date, &year, &month, &day);
    int64_t sum = (int64_t)year * 12 + month - 1 + months;
    if (sum < YEAR_FIRST * 12 || sum >= (YEAR_LAST + 1) * 12)
        return false;
    int to_year = (int)(sum / 12);
    int to_month = (int)(sum % 12) + 1;
    int last = date_days_in_month(to_year, to_month);
    *out = date_of(to_year, to_month, day < last ? day : last);
    return true;
}

/* ---- spelling ---- */

/* Number of exactly count digits at text; -1 if one is none. */
static int date_number(const uint8_t *text, size_t count)
{
    int value = 0;
    for (size_t i = 0; i < count; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

static void date_put(char *text, int value, size_t count)
{
    for (size_t i = count; i > 0; i--, value /= 10)
        text[i - 1] = (char)('0' + value % 10);
}

bool date_parse(struct bytes text, struct date *out)
{
    const uint8_t *at = text.data;
    if (text.length != DATE_LENGTH || at[4] != '-' || at[7] != '-')
        return false;
    int year = date_number(at, 4);
    int month = date_number(at + 5, 2);
    int day = date_number(at + 8, 2);
    if (!date_exists(year, month, day))
        return false;
    *out = date_of(year, month, day);
    return true;
}

static void date_spell(char text[DATE_LENGTH], struct date date)
{
    int year, month, day;
    date_split(date, &year, &month, &day);
    date_put(text, year, 4);
    text[4] = '-';
    date_put(text + 5, month, 2);
    text[7] = '-';
    date_put(text + 8, day, 2);
}

void date_append(struct buffer *out, struct date date)
{
    char text[DATE_LENGTH];
    date_spell(text, date);
    buffer_append(out, bytes_of(text, sizeof text));
}

bool instant_parse(struct bytes text, struct instant *out)
{
    struct date date;
    const uint8_t *at = text.data;
    if (text.length != INSTANT_LENGTH || at[10] != 'T' || at[13] != ':' ||
        at[16] != ':' || at[19] != '.' || at[23] != 'Z')
        return false;
    if (!date_parse(bytes_of(at, DATE_LENGTH), &date) || date.days < 0)
        return false;
    int hour = date_number(at + 11, 2);
    int minute = date_number(at + 14, 2);
    int second = date_number(at + 17, 2);
    int milli = date_number(at + 20, 3);
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 ||
        second > 59 || milli < 0)
        return false;
    int seconds = (hour * 60 + minute) * 60 + second;
    out->ms = date.days * MS_A_DAY + seconds * INT64_C(1000) + milli;
    return true;
}

void instant_append(struct buffer *out, struct instant instant)
{
    char text[INSTANT_LENGTH];
    struct date date = instant_date(instant);
    int64_t left = instant.ms - date.days * MS_A_DAY;
    date_spell(text, date);
    text[10] = 'T';
    date_put(text + 11, (int)(left / 3600000), 2);
    text[13] = ':';
    date_put(text + 14, (int)(left / 60000 % 60), 2);
    text[16] = ':';
    date_put(text + 17, (int)(left / 1000 % 60), 2);
    text[19] = '.';
    date_put(text + 20, (int)(left % 1000), 3);
    text[23] = 'Z';
    buffer_append(out, bytes_of(text, sizeof text));
}

struct date instant_date(struct instant instant)
{
    return (struct date){ (int32_t)(instant.ms / MS_A_DAY) };
}
