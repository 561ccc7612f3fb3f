# Read feed documents with XML::Feed, and say what it understood, as JSON by file.
use strict;
use warnings;
use JSON::PP;
use XML::Atom;
use XML::Feed;

# Else it hands out bytes for letters.
$XML::Atom::ForceUnicode = 1;

my %read;
for my $file (@ARGV) {
    my $feed = eval { XML::Feed->parse($file) };
    if (!$feed) {
        $read{$file} = "" . ($@ || XML::Feed->errstr);
        next;
    }
    $read{$file} = [map { {
        id => $_->id,
        title => $_->title,
        link => $_->link,
        published => $_->issued && $_->issued->iso8601 . "Z",
        content => $_->content->body,
        tags => [$_->category],
        enclosures => [map { $_->url } grep { defined } $_->enclosure],
    } } $feed->entries];
}
print JSON::PP->new->utf8->allow_nonref->encode(\%read);
