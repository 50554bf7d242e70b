/*
 * The floor: Debian's libical expands the same series. Reads lines of "DTSTART<tab>zone<tab>RRULE" from the file named
 * first, expands each until the time named second (UTC seconds), so many runs as named third.
 * Prints a line for each run: nanoseconds, number of instances, their sum modulo 2^53 (so that both sides can be compared).
 */
#include <libical/ical.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

int main(int count, char **parameters) {
  static char lines[20000][200];
  int series = 0;
  if (count != 4) return 2;
  FILE *file = fopen(parameters[1], "r");
  if (!file) return 1;
  while (series < 20000 && fgets(lines[series], sizeof lines[0], file)) {
    lines[series][strcspn(lines[series], "\n")] = 0;
    series++;
  }
  const int64_t end = atoll(parameters[2]);
  icaltimezone_set_tzid_prefix("");
  for (int run = 0; run < atoi(parameters[3]); run++) {
    const int64_t began = now();
    int64_t instances = 0;
    uint64_t sum = 0;
    for (int index = 0; index < series; index++) {
      char line[200];
      strcpy(line, lines[index]);
      char *start_text = strtok(line, "\t");
      char *zone_name = strtok(NULL, "\t");
      char *rule_text = strtok(NULL, "\t");
      icaltimezone *zone = icaltimezone_get_builtin_timezone(zone_name);
      if (!zone) {
        fprintf(stderr, "libical doesn't know %s\n", zone_name);
        return 1;
      }
      struct icaltimetype start = icaltime_from_string(start_text);
      struct icalrecurrencetype rule = icalrecurrencetype_from_string(rule_text);
      icalrecur_iterator *iterator = icalrecur_iterator_new(rule, start);
      for (;;) {
        struct icaltimetype next = icalrecur_iterator_next(iterator);
        if (icaltime_is_null_time(next)) break;
        const int64_t instant = icaltime_as_timet_with_zone(next, zone);
        if (instant >= end) break;
        instances++;
        sum = (sum + (uint64_t)instant) % 9007199254740992u;
      }
      icalrecur_iterator_free(iterator);
    }
    printf("%lld %lld %llu\n", (long long)(now() - began), (long long)instances, (unsigned long long)sum);
  }
  return 0;
}
