# SPDX-License-Identifier: MIT
# Words counted, lines rewritten, a numeric loop.
use strict;
use warnings;
my (%count, $length, $sum);
open(my $in, '<', $ARGV[0]) or die;
while (my $line = <$in>) {
    $count{$_}++ for split ' ', $line;
    $line =~ s/([aeiou])([bcdfg])/$2$1/g;
    $length += length $line;
    $sum += ord(substr($line, $. % length $line, 1)) * $.;
}
my @most = (sort { $count{$b} <=> $count{$a} || $a cmp $b } keys %count)[0 .. 9];
for my $i (1 .. 200000) { $sum = ($sum * 31 + $i) % 1000003 }
print join('-', $length, $sum, @most), "\n";
