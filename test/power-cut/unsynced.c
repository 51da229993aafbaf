/*
 * A disk that keeps only what was synced, loaded into an edge with LD_PRELOAD.
 *
 * The folder UNSYNCED_DATA is what the process sees: the page cache. UNSYNCED_DISK is what a power cut leaves:
 *
 *     UNSYNCED_DISK/objects/SERIAL.NAME    content of one file as of its last fsync or fdatasync
 *     UNSYNCED_DISK/names/NAME             hard links to objects, as of the last fsync of the folder
 *
 * Writes go through to UNSYNCED_DATA; a sync copies the pages written since the one before, and nothing else ever reaches the disk.
 * The cut is a SIGKILL. It may strike while a sync copies: then some pages are on the disk and some are not, as with a real
 * one, and the sync has not returned. What survived the last cut is on the disk from the start, as
 * objects/0.NAME; what a reader has made since is not. The folder itself is taken to be durable: whoever runs the test made it. Files *-shm are left out, for they are memory that goes with the process.
 *
 * UNSYNCED_DELAY_US: how long a sync takes, for a cut to strike in the middle of one.
 * UNSYNCED_LIE: name of a file whose syncs return at once and do nothing.
 *
 * Only what SQLite in Node.js calls is modelled (strace says: open, pwrite64, ftruncate, fsync, unlink); whatever else would
 * change a file of the folder behind our back ends the process with a message.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define PAGE 4096
#define FILES_MAX 4096
#define DESCRIPTORS_MAX 65536
#define FOLDER (-1)

struct file {
  char name[256];
  dev_t device;
  ino_t inode;
  int serial;
  /* It has its name in the folder; otherwise it was unlinked, and lives while it is open. */
  int alive;
  /* The folder on the disk has it, under its name. */
  int linked;
  /* Descriptor of its object. */
  int object;
  /* One byte a page: written since the last sync. */
  unsigned char *dirty;
  size_t pages;
  /* The shortest it has been since the last sync. */
  off_t shortest;
};

static struct file files[FILES_MAX];
static int files_count;
/* 0: not ours; FOLDER; else the number of the file, from 1. */
static int descriptors[DESCRIPTORS_MAX];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char data[PATH_MAX], disk[PATH_MAX];
static const char *lie = "";
static useconds_t delay_us;

static void fail(const char *what) {
  dprintf(2, "unsynced.c: %s: %s\n", what, strerror(errno));
  abort();
}

static void *real(const char *name) {
  void *found = dlsym(RTLD_NEXT, name);
  if (found == NULL) fail(name);
  return found;
}

/* The function of the C library that ours stands in front of. */
#define REAL(name)                                                \
  ({                                                              \
    static __typeof__(&name) found;                               \
    if (found == NULL) found = (__typeof__(&name))real(#name);    \
    found;                                                        \
  })

/* The name of a file that is ours, or NULL. */
static const char *name_in_folder(const char *path) {
  size_t length = strlen(data);
  if (length == 0 || path == NULL || strncmp(path, data, length) != 0 || path[length] != '/') return NULL;
  const char *name = path + length + 1;
  size_t name_length = strlen(name);
  if (name_length == 0 || name_length > 200 || strchr(name, '/') != NULL) return NULL;
  int is_memory = name_length > 4 && strcmp(name + name_length - 4, "-shm") == 0;
  /* The head of the decision log is renamed into its place, which is not modelled: it is left alone, as its key is. */
  int is_left = is_memory || strncmp(name, "policy-", 7) == 0;
  return is_left ? NULL : name;
}

static struct file *file_of(int descriptor) {
  if (descriptor < 0 || descriptor >= DESCRIPTORS_MAX || descriptors[descriptor] <= 0) return NULL;
  return &files[descriptors[descriptor] - 1];
}

static void reserve(struct file *file, size_t pages) {
  if (pages <= file->pages) return;
  size_t wanted = pages * 2;
  file->dirty = realloc(file->dirty, wanted);
  if (file->dirty == NULL) fail("memory");
  memset(file->dirty + file->pages, 0, wanted - file->pages);
  file->pages = wanted;
}

static void mark(struct file *file, off_t offset, size_t bytes) {
  if (bytes == 0) return;
  size_t last = (offset + bytes - 1) / PAGE;
  reserve(file, last + 1);
  memset(file->dirty + offset / PAGE, 1, last - offset / PAGE + 1);
}

static void copy_page(struct file *file, int source, off_t offset) {
  char bytes[PAGE];
  ssize_t count = REAL(pread64)(source, bytes, PAGE, offset);
  if (count < 0 || REAL(pwrite64)(file->object, bytes, count, offset) != count) fail("copying a page");
}

/* What was opened for writing alone is read through another descriptor. */
static int readable(int descriptor) {
  if ((fcntl(descriptor, F_GETFL) & O_ACCMODE) != O_WRONLY) return descriptor;
  char path[64];
  snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
  int other = REAL(open64)(path, O_RDONLY | O_CLOEXEC);
  if (other < 0) fail("opening a file to be read");
  return other;
}

/* Makes the object what the file is now. */
static void write_back(struct file *file, int written) {
  struct stat now;
  int source = readable(written);
  if (fstat(source, &now) != 0 || ftruncate(file->object, file->shortest) != 0) fail("a sync");
  for (size_t page = 0; page < file->pages; page++) {
    if (file->dirty[page]) copy_page(file, source, (off_t)page * PAGE);
    file->dirty[page] = 0;
  }
  if (ftruncate(file->object, now.st_size) != 0) fail("a sync");
  file->shortest = now.st_size;
  if (source != written) REAL(close)(source);
}

/* The folder on the disk gets the names that the folder has now. */
static void write_back_names(void) {
  char name[PATH_MAX + 300], object[PATH_MAX + 300], beside[PATH_MAX + 300];
  for (int at = 0; at < files_count; at++) {
    struct file *file = &files[at];
    if (file->alive == file->linked) continue;
    snprintf(name, sizeof name, "%s/names/%.200s", disk, file->name);
    snprintf(object, sizeof object, "%s/objects/%d.%.200s", disk, file->serial, file->name);
    snprintf(beside, sizeof beside, "%s/beside", disk);
    if (file->alive) {
      if (link(object, beside) != 0 || REAL(rename)(beside, name) != 0) fail("a new name");
    } else {
      int replaced = 0;
      for (int other = at + 1; other < files_count; other++)
        replaced |= files[other].alive && strcmp(files[other].name, file->name) == 0;
      if (!replaced && REAL(unlink)(name) != 0) fail("a name that goes");
    }
    file->linked = file->alive;
  }
}

/* Serial 0: it was there from the start, with content and name. */
static struct file *add(const char *name, const struct stat *facts, int serial) {
  if (files_count == FILES_MAX) fail("too many files");
  struct file *file = &files[files_count++];
  snprintf(file->name, sizeof file->name, "%s", name);
  file->device = facts->st_dev;
  file->inode = facts->st_ino;
  file->serial = serial;
  file->alive = 1;
  file->linked = serial == 0;
  file->shortest = serial == 0 ? facts->st_size : 0;
  char object[PATH_MAX + 300];
  snprintf(object, sizeof object, "%s/objects/%d.%.200s", disk, file->serial, name);
  int creates = serial == 0 ? 0 : O_CREAT | O_EXCL;
  file->object = REAL(open64)(object, O_RDWR | O_CLOEXEC | creates, 0600);
  if (file->object < 0) fail(object);
  return file;
}

static void opened(int descriptor, const char *path, int flags) {
  struct stat facts;
  if (descriptor < 0 || descriptor >= DESCRIPTORS_MAX || data[0] == 0) return;
  const char *name = name_in_folder(path);
  pthread_mutex_lock(&lock);
  descriptors[descriptor] = strcmp(path, data) == 0 ? FOLDER : 0;
  if (name != NULL && fstat(descriptor, &facts) == 0 && S_ISREG(facts.st_mode)) {
    struct file *file = NULL;
    for (int at = 0; at < files_count && file == NULL; at++) {
      int same = files[at].inode == facts.st_ino && files[at].device == facts.st_dev;
      if (files[at].alive && same) file = &files[at];
    }
    if (file == NULL) file = add(name, &facts, files_count + 1);
    if ((flags & O_TRUNC) != 0) file->shortest = 0;
    descriptors[descriptor] = (int)(file - files) + 1;
  }
  pthread_mutex_unlock(&lock);
}

static void written(int descriptor, off_t offset, ssize_t bytes) {
  if (bytes <= 0) return;
  pthread_mutex_lock(&lock);
  struct file *file = file_of(descriptor);
  if (file != NULL) mark(file, offset, bytes);
  pthread_mutex_unlock(&lock);
}

/* After a write that moved the position. */
static void written_on(int descriptor, ssize_t bytes) {
  if (file_of(descriptor) != NULL) written(descriptor, lseek(descriptor, 0, SEEK_CUR) - bytes, bytes);
}

static void truncated(int descriptor, off_t length) {
  pthread_mutex_lock(&lock);
  struct file *file = file_of(descriptor);
  if (file != NULL && length < file->shortest) file->shortest = length;
  pthread_mutex_unlock(&lock);
}

static void renamed(const char *from, const char *to) {
  const char *old_name = name_in_folder(from), *new_name = name_in_folder(to);
  if (new_name != NULL) fail("a rename into the folder is not modelled");
  if (old_name == NULL) return;
  pthread_mutex_lock(&lock);
  for (int at = 0; at < files_count; at++)
    if (strcmp(files[at].name, old_name) == 0) files[at].alive = 0;
  pthread_mutex_unlock(&lock);
}

/* 1: it was ours, and is synced. */
static int synced(int descriptor) {
  if (descriptor < 0 || descriptor >= DESCRIPTORS_MAX || descriptors[descriptor] == 0) return 0;
  struct file *file = file_of(descriptor);
  if (file != NULL && strcmp(file->name, lie) == 0) return 1;
  if (delay_us > 0) usleep(delay_us);
  pthread_mutex_lock(&lock);
  if (file == NULL) write_back_names();
  else write_back(file, descriptor);
  pthread_mutex_unlock(&lock);
  return 1;
}

__attribute__((constructor)) static void start(void) {
  const char *data_path = getenv("UNSYNCED_DATA"), *disk_path = getenv("UNSYNCED_DISK");
  if (data_path == NULL || disk_path == NULL) return;
  snprintf(disk, sizeof disk, "%s", disk_path);
  if (getenv("UNSYNCED_LIE") != NULL) lie = strdup(getenv("UNSYNCED_LIE"));
  if (getenv("UNSYNCED_DELAY_US") != NULL) delay_us = atoi(getenv("UNSYNCED_DELAY_US"));
  unsetenv("LD_PRELOAD");
  DIR *folder = opendir(data_path);
  if (folder == NULL) fail(data_path);
  for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
    char path[PATH_MAX + 300], object[PATH_MAX + 300];
    struct stat facts;
    snprintf(path, sizeof path, "%s/%s", data_path, entry->d_name);
    snprintf(object, sizeof object, "%s/objects/0.%s", disk, entry->d_name);
    size_t length = strlen(entry->d_name);
    if (length > 4 && strcmp(entry->d_name + length - 4, "-shm") == 0) continue;
    if (stat(path, &facts) != 0 || !S_ISREG(facts.st_mode)) continue;
    if (access(object, F_OK) == 0) add(entry->d_name, &facts, 0);
    else mark(add(entry->d_name, &facts, files_count + 1), 0, facts.st_size);
  }
  closedir(folder);
  snprintf(data, sizeof data, "%s", data_path);
}

/* --- what the process calls ---------------------------------------------------------------------------------- */

#define OPEN(function, signature, ...)                                          \
  int function signature {                                                      \
    mode_t mode = 0;                                                            \
    if ((flags & (O_CREAT | O_TMPFILE)) != 0) {                                 \
      va_list rest;                                                             \
      va_start(rest, flags);                                                    \
      mode = va_arg(rest, mode_t);                                              \
      va_end(rest);                                                             \
    }                                                                           \
    int descriptor = REAL(function)(__VA_ARGS__, flags, mode);                  \
    int error = errno;                                                          \
    opened(descriptor, path, flags);                                            \
    errno = error;                                                              \
    return descriptor;                                                          \
  }
OPEN(open, (const char *path, int flags, ...), path)
OPEN(open64, (const char *path, int flags, ...), path)
OPEN(openat, (int folder, const char *path, int flags, ...), folder, path)
OPEN(openat64, (int folder, const char *path, int flags, ...), folder, path)

int close(int descriptor) {
  pthread_mutex_lock(&lock);
  if (descriptor >= 0 && descriptor < DESCRIPTORS_MAX) descriptors[descriptor] = 0;
  pthread_mutex_unlock(&lock);
  return REAL(close)(descriptor);
}

#define WRITE_AT(function, signature, ...)                                      \
  ssize_t function signature {                                                  \
    ssize_t bytes = REAL(function)(descriptor, __VA_ARGS__, offset);            \
    written(descriptor, offset, bytes);                                         \
    return bytes;                                                               \
  }
WRITE_AT(pwrite, (int descriptor, const void *bytes_, size_t size, off_t offset), bytes_, size)
WRITE_AT(pwrite64, (int descriptor, const void *bytes_, size_t size, off64_t offset), bytes_, size)
WRITE_AT(pwritev, (int descriptor, const struct iovec *parts, int count, off_t offset), parts, count)
WRITE_AT(pwritev64, (int descriptor, const struct iovec *parts, int count, off64_t offset), parts, count)

ssize_t write(int descriptor, const void *bytes_, size_t size) {
  ssize_t bytes = REAL(write)(descriptor, bytes_, size);
  written_on(descriptor, bytes);
  return bytes;
}

ssize_t writev(int descriptor, const struct iovec *parts, int count) {
  ssize_t bytes = REAL(writev)(descriptor, parts, count);
  written_on(descriptor, bytes);
  return bytes;
}

int ftruncate64(int descriptor, off64_t length) {
  int result = REAL(ftruncate64)(descriptor, length);
  if (result == 0) truncated(descriptor, length);
  return result;
}

int fsync(int descriptor) {
  return synced(descriptor) ? 0 : REAL(fsync)(descriptor);
}

int fdatasync(int descriptor) {
  return synced(descriptor) ? 0 : REAL(fdatasync)(descriptor);
}

int unlink(const char *path) {
  int result = REAL(unlink)(path);
  if (result == 0) renamed(path, NULL);
  return result;
}

int unlinkat(int folder, const char *path, int flags) {
  int result = REAL(unlinkat)(folder, path, flags);
  if (result == 0) renamed(path, NULL);
  return result;
}

int rename(const char *from, const char *to) {
  int result = REAL(rename)(from, to);
  if (result == 0) renamed(from, to);
  return result;
}

void *mmap64(void *at, size_t length, int protection, int flags, int descriptor, off64_t offset) {
  int writes = (protection & PROT_WRITE) != 0 && (flags & MAP_SHARED) != 0;
  if (writes && file_of(descriptor) != NULL) fail("writing through memory is not modelled");
  return REAL(mmap64)(at, length, protection, flags, descriptor, offset);
}

ssize_t copy_file_range(int source, off64_t *from, int target, off64_t *to, size_t length, unsigned flags) {
  if (file_of(target) != NULL) fail("copying into a file is not modelled");
  return REAL(copy_file_range)(source, from, target, to, length, flags);
}
