/* SPDX-License-Identifier: MIT
 *
 * The examples that NIST publishes for SHA-256 with FIPS 180, and the empty text. */
#include "../../csrc/digest.h"
#include "check.h"

static void digests(const char *text, const char *want) {
  char hex[DIGEST_HEX + 1] = "";
  CHECK(digest_sha256(text, strlen(text), hex) == 0);
  CHECK_TEXT(hex, want);
}

int main(void) {
  digests("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  digests("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  digests("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  return check_report();
}
