#ifndef CAR_GZIP_H
#define CAR_GZIP_H
#include <stdbool.h>
#include <stdint.h>

// A gzip file that is read from its start to its end with its checksums verified, which libarchive
// does not do.
typedef struct car_gzip car_gzip;

// Whether the file that is open as `descriptor` begins as gzip does.
bool car_is_gzip(int descriptor);
// Starts reading the file; NULL when out of memory.
car_gzip *car_gzip_open(int descriptor);
// Unpacks the next bytes, which live until the next call; how many, 0 at the end, -1 when it is
// damaged or cannot be read.
int64_t car_gzip_next(car_gzip *gzip, const void **bytes);
// How many bytes were unpacked so far.
int64_t car_gzip_unpacked(const car_gzip *gzip);
// Whether its bytes contradict each other, so that none of them can be trusted.
bool car_gzip_is_corrupt(const car_gzip *gzip);
// Why `car_gzip_next` fails; NULL when it does not.
const char *car_gzip_message(const car_gzip *gzip);
// Ends reading and frees the file.
void car_gzip_close(car_gzip *gzip);
#endif
