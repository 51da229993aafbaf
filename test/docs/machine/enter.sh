#!/bin/sh
# A machine to type a page on: the root of this one with a layer above it that goes with the process, a network and processes of
# its own, so that /etc/busbar, /var/lib/busbar and port 1883 are what the page says. enter.sh FOLDER REPOSITORY SCRIPT
set -e
folder=$1 repository=$2 script=$3
mount -t tmpfs machine "$folder"
mkdir "$folder/above" "$folder/work" "$folder/program" "$folder/program-work" "$folder/root"
cp "$script" "$folder/script"
mount -t overlay machine -o "lowerdir=/,upperdir=$folder/above,workdir=$folder/work" "$folder/root"
cd "$folder/root"
mount -t proc proc proc
mount --rbind /dev dev
mount -t tmpfs tmp tmp
chmod 1777 tmp
ip link set lo up
echo '127.0.0.1 centre' >>etc/hosts
useradd --root "$PWD" --system busbar

# The program as it is installed; a second version beside it is the same program.
mkdir -p opt/busbar-0.1.0 opt/busbar-0.2.0
layers="lowerdir=$repository,upperdir=$folder/program,workdir=$folder/program-work"
mount -t overlay program -o "$layers" opt/busbar-0.1.0
chmod 755 opt/busbar-0.1.0
mount --bind opt/busbar-0.1.0 opt/busbar-0.2.0
ln -s busbar-0.1.0 opt/busbar
mkdir -p etc/busbar machine/here backup
cp "$repository"/test/docs/machine/bin/* machine/
mv "$folder/script" machine/script
exec chroot . /usr/bin/env -i HOME=/root LANG=C.UTF-8 PATH=/machine:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
  bash -c 'cd /machine/here && exec bash /machine/script'
